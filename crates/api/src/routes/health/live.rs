//! `GET /_health/live`: liveness; whether the process answers.

use super::BASE;
use crate::answer::{Health, Reply};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "health.live",
    path: "/_health/live",
    access: Access::Everybody,
    answers: &[Answer {
        status: 200,
        description: "The service runs.",
        content: Content::of::<Health>(r#"{"status": "live"}"#),
    }],
    summary: "Tells that the service runs, whatever its store does; where it does not answer, restart it.",
    handler: handler!(live),
    ..BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn live(_: Call) -> Result<Reply, ApiError> {
    Ok(Reply::json(&Health { status: "live" }))
}
