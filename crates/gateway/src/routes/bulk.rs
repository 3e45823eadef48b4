//! `POST` and `PUT /{control_index}/_bulk`: several writes, each for itself.

use std::time::Instant;

use actix_web::http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tributary_api::{Answer, ApiError, Body, Call, Content, Endpoint, Handler, Reply};
use tributary_domain::Id;
use tributary_service::document::{self, Written};

use super::bulk_lines::{Action, Operation, actions};
use super::parameters::{CHANGE, WRITING};
use super::update::with_lost_documents;
use super::write_answer::WriteAnswer;
use crate::control::ControlIndex;

/// The answer to a bulk request.
#[derive(Serialize, JsonSchema)]
struct BulkAnswer {
    took: u64,
    /// Whether an action failed.
    errors: bool,
    /// What came of each action, in order.
    items: Vec<Value>,
}

pub(super) const POST_ENDPOINT: Endpoint = Endpoint {
    name: "bulk",
    method: Method::POST,
    path: "/{control_index}/_bulk",
    parameters: &[WRITING],
    body: Body::Lines(Content::lines("application/x-ndjson")),
    answers: &[Answer {
        status: 200,
        description: "What came of each action.",
        content: Content::of::<BulkAnswer>(r#"{"took": 3, "errors": false, "items": []}"#),
    }],
    summary: "Carries out several writes on control indices, each for itself and in order.",
    handler: Handler::InBackground(|call| Box::pin(bulk(call))),
    ..CHANGE
};

pub(super) const PUT_ENDPOINT: Endpoint = Endpoint { method: Method::PUT, ..POST_ENDPOINT };

async fn bulk(call: Call) -> Result<Reply, ApiError> {
    let start = Instant::now();
    if call.body_bytes().is_empty() {
        return Err(ApiError::MissingBody("request body is required".into()));
    }
    let actions = actions(call.body_bytes(), ControlIndex::of(&call)?)?;
    let mut answer = BulkAnswer { took: 0, errors: false, items: Vec::with_capacity(actions.len()) };
    for action in actions {
        let name = action.operation.name();
        let (index, id) = (action.index, action.id.clone().map_or_else(|| call.context().next_id(), Ok)?);
        let written = carry_out(&call, action, &id).await;
        answer.errors |= written.is_err();
        let item = written.map_or_else(|error| failed(index, &id, &error), |written| done(&written));
        answer.items.push(json!({ name: item }));
    }
    answer.took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Reply::json(&answer))
}

fn done(written: &WriteAnswer) -> Value {
    let mut item = json!(written);
    item["status"] = written.status().into();
    item
}

fn failed(index: ControlIndex, id: &Id, error: &ApiError) -> Value {
    let shape = error.shape();
    let (kind, reason) = (&shape["error"]["type"], &shape["error"]["reason"]);
    json!({
        "_index": index.name(),
        "_id": id.as_str(),
        "status": shape["status"],
        "error": { "type": kind, "reason": reason, "index": index.name() },
    })
}

async fn carry_out(call: &Call, action: Action, id: &Id) -> Result<WriteAnswer, ApiError> {
    let (store, context) = (call.store(), call.context());
    let Action { index, guard, operation, .. } = action;
    let collection = index.collection;
    let written: Written = match operation {
        Operation::Index(document) => {
            document::index(store, &context, collection, id, document, guard).await?
        }
        Operation::Create(document) => document::create(store, &context, collection, id, document).await?,
        Operation::Update(update) => {
            let update = with_lost_documents(call, index, id, update).await?;
            document::update(store, &context, collection, id, &update, guard).await?
        }
        Operation::Delete => {
            let version = document::delete(store, &context, collection, id, guard).await?;
            return Ok(WriteAnswer::deleted(index, id, version));
        }
    };
    Ok(WriteAnswer::written(index, id, &written))
}
