//! `GET /_connector/_sync_job/{id}`: returns a sync job.

use tributary_domain::SyncJob;
use tributary_service::sync_job;

use super::ID;
use crate::answer::{Reply, SOURCE, source};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_get",
    path: "/_connector/_sync_job/{connector_sync_job_id}",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[SOURCE],
    answers: &[Answer {
        status: 200,
        description: "The sync job.",
        content: Content::of::<SyncJob>(include_str!("example/sync_job.json")),
    }],
    errors: &[ErrorKind::NotFound],
    summary: "Answers one sync job with every field that is stored.",
    handler: handler!(get),
    ..Endpoint::BASE
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let source = source(&call.arguments)?;
    let stored = sync_job::get(call.store(), &call.context(), &call.id(ID)?).await?;
    Ok(Reply::ok(source.document(stored.document).await?))
}
