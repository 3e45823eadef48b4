//! `GET /_health/live`: whether the process answers at all.

use actix_web::http::Method;

use crate::answer::{Health, Reply};
use crate::endpoint::{Answer, Body, Call, Content, Endpoint, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "health.live",
    method: Method::GET,
    path: "/_health/live",
    parameters: &[],
    body: Body::None,
    answers: &[Answer {
        status: 200,
        description: "The service runs.",
        content: Content::of::<Health>(r#"{"status": "live"}"#),
    }],
    errors: &[],
    summary: "Tells that the service runs, whatever its store does; where it does not answer, restart it.",
    extension: true,
    handler: handler!(live),
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn live(_: Call) -> Result<Reply, ApiError> {
    Ok(Reply::json(&Health { status: "live" }))
}
