//! `PUT …/{id}/_error`: a sync job failed.

use actix_web::http::Method;
use tributary_domain::SyncJobFailure;
use tributary_service::sync_job::SyncJobChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_error",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_error",
    parameters: &[],
    body: Body::Required(Content::of::<SyncJobFailure>(r#"{"error": "the source does not answer"}"#)),
    answers: &[Answer::UPDATED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::ForbiddenTransition,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Ends a sync job with a failure and says which.",
    extension: false,
    handler: handler!(change_by_body(SyncJobChange::Fail)),
};
