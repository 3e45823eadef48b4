//! `PUT …/{id}/_last_sync`: what a worker notes about the last syncs of a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorLastSync;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

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
    handler: handler!(change_by_body(ConnectorChange::LastSync)),
};
