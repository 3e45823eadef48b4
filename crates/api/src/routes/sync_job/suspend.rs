//! `PUT …/{id}/_suspend`: a worker puts a sync job down.

use actix_web::http::Method;
use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_suspend",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_suspend",
    parameters: &[],
    body: Body::Optional(Content::of::<Statistics>(STATISTICS_EXAMPLE)),
    answers: &[Answer::UPDATED],
    errors: &[
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::ForbiddenTransition,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Puts a sync job down, for any worker to take up again.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Suspend)),
};
