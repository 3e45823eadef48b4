//! `GET /_connector/_sync_job`: the heart of the API.

use actix_web::http::Method;
use tributary_domain::{SYNC_JOB_LIST_PARAMETERS, SyncJob, SyncJobQuery};
use tributary_service::sync_job;

use crate::call::Call;
use crate::content::{Content, Page};
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_list",
    method: Method::GET,
    path: "/_connector/_sync_job",
    parameters: SYNC_JOB_LIST_PARAMETERS,
    body: Body::None,
    answers: &[Answer {
        status: 200,
        description: "How many jobs match, and those of the page.",
        content: Content::of::<Page<SyncJob>>(include_str!("example/list.json")),
    }],
    errors: &[ErrorKind::InvalidArgument],
    summary: "Lists sync jobs in the order of their creation, oldest first unless asked otherwise.",
    extension: false,
    handler: handler!(list),
};

async fn list(call: Call) -> Result<Reply, ApiError> {
    let query = SyncJobQuery::parse(&call.arguments)?;
    Ok(Reply::page(sync_job::list(call.store(), &call.context(), &query).await?))
}
