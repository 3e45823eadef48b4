//! `PUT …/{id}/_claim`: a worker takes a sync job, and no other does.

use actix_web::http::Method;
use tributary_domain::SyncJobClaim;
use tributary_service::sync_job::SyncJobChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_claim",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_claim",
    parameters: &[],
    body: Body::Required(Content::of::<SyncJobClaim>(
        r#"{"worker_hostname": "worker-1", "sync_cursor": {"page": 7}}"#,
    )),
    answers: &[Answer::UPDATED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::ForbiddenTransition,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Gives a sync job to a worker: of any number of concurrent claims exactly one succeeds.",
    extension: false,
    handler: handler!(change_by_body(SyncJobChange::Claim)),
};
