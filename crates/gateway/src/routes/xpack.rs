//! `GET /_xpack`: which features of Elasticsearch's distribution are there.

use serde_json::json;
use tributary_api::{Access, Answer, ApiError, Call, Content, Endpoint, Handler, Privilege, Reply};
use tributary_domain::Document;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "xpack.info",
    path: "/_xpack",
    access: Access::Needs(Privilege::Monitor),
    parameters: &[PARAMETERS],
    answers: &[Answer {
        status: 200,
        description: "The license, which is basic, and no features.",
        content: Content::of::<Document>(r#"{"license": {"type": "basic"}, "features": {}}"#),
    }],
    summary: "Says that no features of a license are there.",
    handler: Handler::Here(|call| Box::pin(info(call))),
    ..Endpoint::BASE
};

const PARAMETERS: &[tributary_api::Parameter] = &[tributary_api::Parameter::new(
    "categories",
    tributary_api::ParameterKind::TextList,
    "Taken for the sake of clients, without effect.",
)];

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn info(_: Call) -> Result<Reply, ApiError> {
    Ok(Reply::json(&json!({
        "build": { "hash": "unknown", "date": "unknown" },
        "license": { "uid": super::license::UID, "type": "basic", "mode": "basic", "status": "active" },
        "features": {},
        "tagline": "You know, for X",
    })))
}
