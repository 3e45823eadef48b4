//! `GET /{control_index}` and `PUT /{control_index}`: whether a control index exists, and how it is mapped.

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use tributary_api::{Answer, ApiError, Body, Call, Content, Endpoint, ErrorKind, Handler, Reply};
use tributary_domain::{Collection, Document, FieldKind, Refusal};

use super::parameters::{CHANGE, INDICES, READ};
use crate::control::ControlIndex;

pub(super) const GET_ENDPOINT: Endpoint = Endpoint {
    name: "indices.get",
    path: "/{control_index}",
    parameters: &[INDICES],
    answers: &[Answer {
        status: 200,
        description: "The aliases, mappings and settings of the index.",
        content: Content::of::<Document>(
            r#"{".elastic-connectors-v1": {"aliases": {".elastic-connectors": {"is_hidden": true}}}}"#,
        ),
    }],
    summary: "Describes a control index; `HEAD` says that it exists.",
    handler: Handler::Here(|call| Box::pin(describe(call))),
    ..READ
};

pub(super) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "indices.create",
    method: Method::PUT,
    path: "/{control_index}",
    parameters: &[INDICES],
    body: Body::Optional(Content::of::<Document>("{}")),
    answers: &[Answer {
        status: 200,
        description: "Never: control indices always exist.",
        content: Content::of::<Document>(r#"{"acknowledged": true}"#),
    }],
    errors: &[ErrorKind::IndexExists],
    summary: "Answers that the control index exists.",
    handler: Handler::Here(|call| Box::pin(create(call))),
    ..CHANGE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn describe(call: Call) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(&call)?;
    let described = json!({
        "aliases": { index.collection.index_alias: { "is_hidden": true } },
        "mappings": mappings(index.collection),
        "settings": { "index": {
            "hidden": "true",
            "number_of_shards": "1",
            "number_of_replicas": "0",
            "provided_name": index.name(),
        } },
    });
    Ok(Reply::json(&json!({ index.name(): described })))
}

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn create(call: Call) -> Result<Reply, ApiError> {
    Err(Refusal::IndexExists(ControlIndex::of(&call)?.name()).into())
}

/// The mappings of an index, from the schema of its documents.
pub(super) fn mappings(collection: Collection) -> Value {
    let mut properties = Map::new();
    for field in collection.fields.iter().filter(|field| field.difference_of.is_none()) {
        let mapping = match field.kind {
            FieldKind::Keyword => json!({ "type": "keyword" }),
            FieldKind::Boolean => json!({ "type": "boolean" }),
            FieldKind::Date => json!({ "type": "date" }),
            FieldKind::Number => json!({ "type": "long" }),
            FieldKind::Text => json!({ "type": "text" }),
            FieldKind::Object => json!({ "type": "object", "enabled": false }),
        };
        match field.path.split_once('.') {
            None => {
                properties.insert(field.path.to_owned(), mapping);
            }
            Some((parent, name)) => {
                let parent = properties.entry(parent).or_insert_with(|| json!({ "properties": {} }));
                parent["properties"][name] = mapping;
            }
        }
    }
    json!({ "dynamic": "false", "properties": properties })
}
