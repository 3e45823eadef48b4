//! `GET /_health/ready`: readiness; whether the service can handle requests.

use tributary_service::health;

use super::BASE;
use crate::answer::{Health, Reply};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "health.ready",
    path: "/_health/ready",
    access: Access::Everybody,
    answers: &[Answer {
        status: 200,
        description: "The store answers.",
        content: Content::of::<Health>(r#"{"status": "ready"}"#),
    }],
    summary: "Tells whether the store answers, so that requests may be sent here.",
    handler: handler!(ready),
    ..BASE
};

async fn ready(call: Call) -> Result<Reply, ApiError> {
    health::ready(call.store(), &call.context()).await?;
    Ok(Reply::json(&Health { status: "ready" }))
}
