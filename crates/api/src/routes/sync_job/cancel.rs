//! `PUT …/{id}/_cancel`: somebody wants a sync job to end.

use actix_web::http::Method;
use tributary_service::sync_job::SyncJobChange;

use super::change;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_cancel",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_cancel",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::UPDATED],
    errors: &[ErrorKind::ForbiddenTransition, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Cancels a sync job that no worker has, or asks its worker to stop.",
    extension: false,
    handler: handler!(change(SyncJobChange::Cancel)),
};
