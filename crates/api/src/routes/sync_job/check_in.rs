//! `PUT …/{id}/_check_in`: a worker is alive.

use actix_web::http::Method;
use tributary_service::sync_job::SyncJobChange;

use super::change;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_check_in",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_check_in",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::UPDATED],
    errors: &[ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Notes that the worker of a sync job is alive.",
    extension: false,
    handler: handler!(change(SyncJobChange::CheckIn)),
};
