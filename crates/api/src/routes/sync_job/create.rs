//! `POST /_connector/_sync_job`: a new sync job.

use actix_web::http::Method;
use tributary_domain::{Connector, Id, InclusionOfDeleted, NewSyncJob, SyncJob};
use tributary_storage::{Collection, StoreError, StoreExt};

use crate::call::Call;
use crate::content::{Content, Created};
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_post",
    method: Method::POST,
    path: "/_connector/_sync_job",
    parameters: &[],
    body: Body::Required(Content::of::<NewSyncJob>(
        r#"{"id": "connector-1", "job_type": "full", "trigger_method": "on_demand"}"#,
    )),
    answers: &[Answer {
        status: 201,
        description: "The job is created.",
        content: Content::of::<Created<'_>>(r#"{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#),
    }],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::ConnectorIncomplete,
        ErrorKind::NotFound,
    ],
    summary: "Creates a sync job for a connector, with a copy of the connector as it is now.",
    extension: false,
    handler: handler!(create),
};

async fn create(call: Call) -> Result<Reply, ApiError> {
    let new: NewSyncJob = call.body()?;
    let connector_id = new.connector_id()?;
    let (connector, _): (Connector, _) = call.store().load(Collection::Connectors, &connector_id).await?;
    let connector = connector.visible(connector_id.as_str(), InclusionOfDeleted(false))?;
    let job = new.decide(&connector, call.now())?;
    let id = call.next_id()?;
    let created_at = created_at(&job);
    match call.store().create(Collection::SyncJobs, &id, job.into()).await {
        // The id is nobody else's: it was stored, that answer lost, and a worker took it since.
        Err(StoreError::Conflict) if is_there(&call, &id, created_at.as_deref()).await? => {}
        result => drop(result?),
    }
    Ok(Reply::created(id.as_str()))
}

/// Whether a job is there that was created at this time.
async fn is_there(call: &Call, id: &Id, time: Option<&str>) -> Result<bool, ApiError> {
    let (job, _): (SyncJob, _) = call.store().load(Collection::SyncJobs, id).await?;
    Ok(created_at(&job).as_deref() == time)
}

fn created_at(job: &SyncJob) -> Option<String> {
    job.document().get_raw("created_at").map(|time| time.get().to_owned())
}
