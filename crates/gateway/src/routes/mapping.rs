//! `GET` and `PUT /{control_index}/_mapping`: how the documents of a control index are indexed.

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use tributary_api::{Answer, ApiError, Body, Call, Content, Endpoint, Handler, Reply};
use tributary_domain::{Document, Refusal, Warning};

use super::index::mappings;
use super::parameters::{CHANGE, INDICES, READ};
use crate::control::ControlIndex;

pub(super) const GET_ENDPOINT: Endpoint = Endpoint {
    name: "indices.get_mapping",
    path: "/{control_index}/_mapping",
    parameters: &[INDICES],
    answers: &[Answer {
        status: 200,
        description: "The mappings of the index.",
        content: Content::of::<Document>(
            r#"{".elastic-connectors-v1": {"mappings": {"dynamic": "false", "properties": {"name": {"type": "keyword"}}}}}"#,
        ),
    }],
    summary: "Answers the fields that queries on a control index can be about.",
    handler: Handler::Here(|call| Box::pin(get(call))),
    ..READ
};

pub(super) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "indices.put_mapping",
    method: Method::PUT,
    path: "/{control_index}/_mapping",
    parameters: &[INDICES],
    body: Body::Required(Content::of::<Document>(r#"{"properties": {"status": {"type": "keyword"}}}"#)),
    answers: &[Answer {
        status: 200,
        description: "The fields are there, or their values are kept without being indexed: a warning names those.",
        content: Content::of::<Document>(r#"{"acknowledged": true}"#),
    }],
    summary: "Takes mappings for a control index. Its indexed fields are fixed, all others are kept as they are.",
    handler: Handler::Here(|call| Box::pin(put(call))),
    ..CHANGE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn get(call: Call) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(&call)?;
    Ok(Reply::json(&json!({ index.name(): { "mappings": mappings(index.collection) } })))
}

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn put(call: Call) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(&call)?;
    let wanted: Map<String, Value> = call.body()?;
    let mut others = Vec::new();
    compare(wanted.get("properties"), &mappings(index.collection)["properties"], "", &mut others)?;
    let warning = |path| Warning::new(path, "is kept as it is, but no query can be about it");
    Ok(Reply::json(&json!({ "acknowledged": true })).with_warnings(others.into_iter().map(warning).collect()))
}

/// Finds the fields that are not indexed, and refuses those that are indexed as something else.
fn compare(
    wanted: Option<&Value>,
    present: &Value,
    prefix: &str,
    others: &mut Vec<String>,
) -> Result<(), Refusal> {
    for (name, mapping) in wanted.and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{prefix}{name}");
        let known = &present[name];
        if known.is_null() {
            others.push(path);
        } else if known.get("properties").is_some() {
            compare(mapping.get("properties"), &known["properties"], &format!("{path}."), others)?;
        } else if let Some(kind) = mapping.get("type").filter(|kind| **kind != known["type"]) {
            return Err(Refusal::InvalidArgument(format!(
                "mapper [{path}] cannot be changed from type [{}] to [{}]",
                known["type"].as_str().unwrap_or_default(),
                kind.as_str().unwrap_or_default()
            )));
        }
    }
    Ok(())
}
