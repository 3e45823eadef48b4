//! `PUT …/{id}/_stats`: a worker reports progress.

use actix_web::http::Method;
use tributary_domain::CompleteStatistics;

use super::{STATISTICS_EXAMPLE, change};
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

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
    handler: handler!(stats),
};

async fn stats(call: Call) -> Result<Reply, ApiError> {
    let CompleteStatistics(statistics) = call.body()?;
    statistics.check_complete()?;
    change(&call, |job, _, now| Ok(job.report(&statistics, now))).await
}
