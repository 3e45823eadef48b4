//! `PUT …/{id}/_suspend`: a worker puts a sync job down.

use actix_web::http::Method;
use tributary_domain::Statistics;

use super::{STATISTICS_EXAMPLE, change, final_statistics};
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

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
    handler: handler!(suspend),
};

async fn suspend(call: Call) -> Result<Reply, ApiError> {
    let statistics = final_statistics(&call)?;
    change(&call, |job, id, now| job.suspend(id, statistics.as_ref(), now)).await
}
