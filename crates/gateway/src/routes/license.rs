//! `GET /_license`: what clients check before they use features that need one.

use schemars::JsonSchema;
use serde::Serialize;
use tributary_api::{Access, Answer, ApiError, Call, Content, Endpoint, Handler, Privilege, Reply};

/// The license that is answered for. Never more than `basic`: that is the truth, and more would defeat the checks of
/// clients.
#[derive(Serialize, JsonSchema)]
struct Licensed {
    license: License,
}

/// The parts of a license that clients read.
#[derive(Serialize, JsonSchema)]
struct License {
    /// Whether it is valid.
    status: &'static str,
    uid: &'static str,
    /// Its kind.
    #[serde(rename = "type")]
    kind: &'static str,
    issue_date: &'static str,
    issue_date_in_millis: i64,
    max_nodes: u32,
    issued_to: &'static str,
    issuer: &'static str,
    start_date_in_millis: i64,
}

/// The identifier of the license.
pub(super) const UID: &str = "00000000-0000-0000-0000-000000000000";

const LICENSED: Licensed = Licensed {
    license: License {
        status: "active",
        uid: UID,
        kind: "basic",
        issue_date: "1970-01-01T00:00:00.000Z",
        issue_date_in_millis: 0,
        max_nodes: 1_000,
        issued_to: "tributary",
        issuer: "tributary",
        start_date_in_millis: -1,
    },
};

const EXAMPLE: &str = r#"{"license": {
  "status": "active",
  "uid": "00000000-0000-0000-0000-000000000000",
  "type": "basic",
  "issue_date": "1970-01-01T00:00:00.000Z",
  "issue_date_in_millis": 0,
  "max_nodes": 1000,
  "issued_to": "tributary",
  "issuer": "tributary",
  "start_date_in_millis": -1
}}"#;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "license.get",
    path: "/_license",
    access: Access::Needs(Privilege::Monitor),
    answers: &[Answer {
        status: 200,
        description: "The license, which is basic.",
        content: Content::of::<Licensed>(EXAMPLE),
    }],
    summary: "Says that features which need more than a basic license are not there.",
    handler: Handler::Here(|call| Box::pin(license(call))),
    ..Endpoint::BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn license(_: Call) -> Result<Reply, ApiError> {
    Ok(Reply::json(&LICENSED))
}
