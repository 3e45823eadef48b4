//! `PUT …/{id}/_last_sync`: what a worker notes about the last syncs of a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorLastSync;

use super::change;
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.last_sync",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_last_sync",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorLastSync>(
        r#"{"last_sync_status": "completed", "last_indexed_document_count": 1024, "last_synced": "2026-01-02T03:04:05.678Z"}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Notes how the last syncs of a connector went; what is not sent stays.",
    extension: false,
    handler: handler!(last_sync),
};

async fn last_sync(call: Call) -> Result<Reply, ApiError> {
    let note: ConnectorLastSync = call.body()?;
    change(&call, |connector, _, _| Ok(connector.note_last_sync(&note))).await
}
