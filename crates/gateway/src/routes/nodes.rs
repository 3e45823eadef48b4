//! `GET /_nodes`: the addresses that clients may find others by, which is this service alone.

use serde_json::json;
use tributary_api::{
    Access, Answer, ApiError, Call, Content, Endpoint, Handler, Parameter, ParameterKind, Privilege, Reply,
};
use tributary_domain::Document;

const PARAMETERS: &[Parameter] = &[
    Parameter::new("timeout", ParameterKind::FreeText, "Taken for the sake of clients, without effect."),
    Parameter::new("flat_settings", ParameterKind::Boolean, "Taken for the sake of clients, without effect."),
];

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "nodes.info",
    path: "/_nodes",
    access: Access::Needs(Privilege::Monitor),
    parameters: &[PARAMETERS],
    answers: &[Answer {
        status: 200,
        description: "One node: this service.",
        content: Content::of::<Document>(r#"{"cluster_name": "tributary", "nodes": {}}"#),
    }],
    summary: "Says that this service is the only node.",
    handler: Handler::Here(|call| Box::pin(nodes(call))),
    ..Endpoint::BASE
};

pub(super) const HTTP_ENDPOINT: Endpoint = Endpoint { path: "/_nodes/http", ..ENDPOINT };
pub(super) const ALL_HTTP_ENDPOINT: Endpoint = Endpoint { path: "/_nodes/_all/http", ..ENDPOINT };

/// Clients that look for nodes go on with the address that they have: none is published.
#[allow(clippy::unused_async, reason = "handlers are async")]
async fn nodes(call: Call) -> Result<Reply, ApiError> {
    let identity = call.identity();
    Ok(Reply::json(&json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": identity.cluster_name,
        "nodes": { "tributary": {
            "name": identity.name,
            "version": identity.version,
            "roles": ["data", "ingest", "master"],
            "attributes": {},
        } },
    })))
}
