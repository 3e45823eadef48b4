//! `POST /_connector/_sync_job`: creates a sync job.

use actix_web::http::Method;
use tributary_domain::NewSyncJob;
use tributary_service::sync_job;

use crate::answer::{Created, Reply};
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_post",
    method: Method::POST,
    path: "/_connector/_sync_job",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<NewSyncJob>(
        r#"{"id": "connector-1", "job_type": "full", "trigger_method": "on_demand"}"#,
    )),
    answers: &[Answer {
        status: 201,
        description: "The job is created.",
        content: Content::of::<Created<'_>>(r#"{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#),
    }],
    errors: &[ErrorKind::ConnectorIncomplete, ErrorKind::NotFound],
    summary: "Creates a sync job for a connector, with a copy of the connector as it is now.",
    handler: handler!(create),
    ..Endpoint::BASE
};

async fn create(call: Call) -> Result<Reply, ApiError> {
    let new: NewSyncJob = call.body()?;
    let id = sync_job::create(call.store(), &call.context(), &new).await?;
    Ok(Reply::created(id.as_str()))
}
