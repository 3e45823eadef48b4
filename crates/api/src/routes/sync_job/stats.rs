//! `PUT …/{id}/_stats`: a worker reports progress.

use actix_web::http::Method;
use tributary_domain::CompleteStatistics;
use tributary_service::sync_job::SyncJobChange;

use super::{STATISTICS_EXAMPLE, change_by_body};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_update_stats",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_stats",
    parameters: &[],
    body: Body::Required(Content::of::<CompleteStatistics>(STATISTICS_EXAMPLE)),
    answers: &[Answer::UPDATED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Stores what a worker has counted so far.",
    extension: false,
    handler: handler!(change_by_body(SyncJobChange::Report)),
};
