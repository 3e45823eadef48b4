//! `GET /_health/ready`: whether requests should be sent here.

use actix_web::http::Method;
use tributary_service::health;

use crate::answer::{Health, Reply};
use crate::endpoint::{Answer, Body, Call, Content, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "health.ready",
    method: Method::GET,
    path: "/_health/ready",
    parameters: &[],
    body: Body::None,
    answers: &[Answer {
        status: 200,
        description: "The store answers.",
        content: Content::of::<Health>(r#"{"status": "ready"}"#),
    }],
    errors: &[ErrorKind::Unavailable, ErrorKind::Denied],
    summary: "Tells whether the store answers, so that requests may be sent here.",
    extension: true,
    handler: handler!(ready),
};

async fn ready(call: Call) -> Result<Reply, ApiError> {
    health::ready(call.store(), &call.context()).await?;
    Ok(Reply::json(&Health { status: "ready" }))
}
