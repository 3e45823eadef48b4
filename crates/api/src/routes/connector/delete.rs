//! `DELETE /_connector/{id}`: deletes a connector, softly or permanently, optionally with its sync jobs.

use actix_web::http::Method;
use tributary_domain::Deletion;
use tributary_service::connector;

use super::ID;
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};
use crate::parameter::{Parameter, ParameterKind};

const DELETE_SYNC_JOBS: Parameter = Parameter {
    name: "delete_sync_jobs",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the connector's sync jobs are deleted with it.",
};
const HARD: Parameter = Parameter {
    name: "hard",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the connector is removed for good, rather than marked as deleted.",
};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.delete",
    method: Method::DELETE,
    path: "/_connector/{connector_id}",
    access: Access::Needs(Privilege::ManageConnector),
    parameters: &[&[DELETE_SYNC_JOBS, HARD]],
    answers: &[Answer::ACKNOWLEDGED],
    errors: &[ErrorKind::NotFound],
    summary: "Deletes a connector: softly, or for good, with its sync jobs or without.",
    handler: handler!(delete),
    ..Endpoint::BASE
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    let delete_sync_jobs = call.arguments.boolean(&DELETE_SYNC_JOBS)?;
    let deletion = Deletion { delete_sync_jobs, hard: call.arguments.boolean(&HARD)? };
    let id = call.id(ID)?;
    connector::delete(call.store(), &call.context(), &id, deletion).await?;
    Ok(Reply::acknowledged())
}
