//! `DELETE /_connector/_sync_job/{id}`: deletes a sync job.

use actix_web::http::Method;
use tributary_service::sync_job;

use super::ID;
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_delete",
    method: Method::DELETE,
    path: "/_connector/_sync_job/{connector_sync_job_id}",
    access: Access::Needs(Privilege::ManageConnector),
    answers: &[Answer::ACKNOWLEDGED],
    errors: &[ErrorKind::NotFound],
    summary: "Deletes one sync job, whatever its status.",
    handler: handler!(delete),
    ..Endpoint::BASE
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    sync_job::delete(call.store(), &call.context(), &call.id(ID)?).await?;
    Ok(Reply::acknowledged())
}
