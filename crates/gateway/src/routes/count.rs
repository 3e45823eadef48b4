//! `/{control_index}/_count`: counts connectors or sync jobs.

use actix_web::http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use tributary_api::{Answer, ApiError, Body, Call, Content, Endpoint, Handler, Reply};

use super::parameters::{READ, SEARCHING};
use crate::control::{ControlIndex, CountBody, SHARDS, Search, SearchBody, Shards, count};

/// The answer to a count.
#[derive(Serialize, JsonSchema)]
struct Counted {
    count: u64,
    #[serde(rename = "_shards")]
    shards: Shards,
}

pub(super) const POST_ENDPOINT: Endpoint = Endpoint {
    name: "count",
    method: Method::POST,
    path: "/{control_index}/_count",
    parameters: &[SEARCHING],
    body: Body::Optional(Content::of::<CountBody>(r#"{"query": {"term": {"status": "pending"}}}"#)),
    answers: &[Answer {
        status: 200,
        description: "The number of matching documents.",
        content: Content::of::<Counted>(
            r#"{"count": 7, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0}}"#,
        ),
    }],
    summary: "Counts the documents of a control index that match a query.",
    handler: Handler::Here(|call| Box::pin(count_documents(call))),
    ..READ
};

pub(super) const GET_ENDPOINT: Endpoint = Endpoint { method: Method::GET, ..POST_ENDPOINT };

async fn count_documents(call: Call) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(&call)?;
    let CountBody { query } = call.optional_body()?.unwrap_or_default();
    let context = call.context();
    let body = SearchBody { query, ..SearchBody::default() };
    let search = Search::read(index.collection, context.now(), &body)?;
    let count = count(call.store(), &context, &search).await?;
    Ok(Reply::json(&Counted { count, shards: SHARDS }))
}
