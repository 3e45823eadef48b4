//! `DELETE /_connector/_sync_job/{id}`: the end of a record.

use actix_web::http::Method;
use tributary_service::sync_job;

use super::ID;
use crate::answer::Reply;
use crate::endpoint::{Answer, Body, Call, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_delete",
    method: Method::DELETE,
    path: "/_connector/_sync_job/{connector_sync_job_id}",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::ACKNOWLEDGED],
    errors: &[ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Deletes one sync job, whatever its status.",
    extension: false,
    handler: handler!(delete),
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    sync_job::delete(call.store(), &call.context(), &call.id(ID)?).await?;
    Ok(Reply::acknowledged())
}
