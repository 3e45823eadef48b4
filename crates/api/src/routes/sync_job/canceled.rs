//! `PUT …/{id}/_canceled`: a worker has stopped as it was asked to.

use actix_web::http::Method;
use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_canceled",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_canceled",
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
    summary: "Confirms that the worker of a sync job stopped on request.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Canceled)),
};
