//! `GET /_metrics`: metrics of the service, for Prometheus and others that read its format.

use actix_web::http::header::HeaderValue;

use crate::answer::{Reply, ReplyBody};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "metrics",
    path: "/_metrics",
    access: Access::Needs(Privilege::Monitor),
    answers: &[Answer {
        status: 200,
        description: "The metrics, one a line.",
        content: Content::text(MEDIA_TYPE),
    }],
    summary: "Answers the metrics of the service in the text format of Prometheus (OpenMetrics).",
    extension: true,
    handler: handler!(metrics),
    ..Endpoint::BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn metrics(call: Call) -> Result<Reply, ApiError> {
    let text = call.state.metrics.text().map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Reply::of(ReplyBody::Text(HeaderValue::from_static(MEDIA_TYPE), text.into())))
}
