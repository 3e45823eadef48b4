//! `/{control_index}/_refresh`: without effect, since all writes are visible at once.

use actix_web::http::Method;
use serde::Serialize;
use tributary_api::{Answer, ApiError, Call, Content, Endpoint, Handler, Reply};

use super::parameters::{CHANGE, INDICES};
use crate::control::{ControlIndex, Shards};

/// The answer to a refresh.
#[derive(Serialize, schemars::JsonSchema)]
struct Refreshed {
    #[serde(rename = "_shards")]
    shards: Shards,
}

pub(super) const POST_ENDPOINT: Endpoint = Endpoint {
    name: "indices.refresh",
    method: Method::POST,
    path: "/{control_index}/_refresh",
    parameters: &[INDICES],
    answers: &[Answer {
        status: 200,
        description: "All writes are visible, as they always are.",
        content: Content::of::<Refreshed>(r#"{"_shards": {"total": 1, "successful": 1, "failed": 0}}"#),
    }],
    summary: "Answers that all writes to a control index are visible.",
    handler: Handler::Here(|call| Box::pin(refresh(call))),
    ..CHANGE
};

pub(super) const GET_ENDPOINT: Endpoint = Endpoint { method: Method::GET, ..POST_ENDPOINT };

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn refresh(call: Call) -> Result<Reply, ApiError> {
    ControlIndex::of(&call)?;
    Ok(Reply::json(&Refreshed { shards: Shards::WRITTEN }))
}
