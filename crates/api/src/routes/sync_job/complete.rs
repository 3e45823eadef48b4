//! `PUT …/{id}/_complete`: a sync job is done.

use actix_web::http::Method;
use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_complete",
    method: Method::PUT,
    path: "/_connector/_sync_job/{connector_sync_job_id}/_complete",
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
    summary: "Ends a sync job well, with the last statistics if there are any.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Complete)),
};
