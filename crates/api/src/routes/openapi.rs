//! `GET /_openapi.json`: the OpenAPI document.

use tributary_domain::Document;

use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::ApiError;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "openapi",
    path: "/_openapi.json",
    access: Access::Everybody,
    answers: &[Answer {
        status: 200,
        description: "The document.",
        content: Content::of::<Document>(r#"{"openapi": "3.1.0"}"#),
    }],
    summary: "Answers the OpenAPI document of all endpoints.",
    extension: true,
    handler: handler!(openapi),
    ..Endpoint::BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn openapi(call: Call) -> Result<Reply, ApiError> {
    let prefix = call.path.trim_end_matches('/').strip_suffix(ENDPOINT.path).unwrap_or_default();
    if prefix.is_empty() {
        return Ok(Reply::ok((call.state.openapi)().to_string()));
    }
    // The paths of the document are relative to the mount point.
    let mut document = (call.state.openapi)();
    document["servers"][0]["url"] = prefix.into();
    Ok(Reply::ok(document.to_string()))
}
