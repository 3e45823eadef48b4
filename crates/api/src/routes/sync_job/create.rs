//! `POST /_connector/_sync_job`: creates a sync job.

use tributary_domain::NewSyncJob;
use tributary_service::sync_job::Creation;

use super::creation::{self, CREATE};
use crate::answer::Reply;
use crate::endpoint::{Access, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_post",
    path: "/_connector/_sync_job",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<NewSyncJob>(
        r#"{"id": "connector-1", "job_type": "full", "trigger_method": "on_demand"}"#,
    )),
    summary: "Creates a sync job for a connector, with a copy of the connector as it is now.",
    handler: handler!(create),
    ..CREATE
};

async fn create(call: Call) -> Result<Reply, ApiError> {
    let creation = Creation::New(call.body::<NewSyncJob>()?);
    creation::create(call, creation).await
}
