//! `POST …/{id}/_retry`: creates a sync job like an ended one.

use tributary_service::sync_job::Creation;

use super::ID;
use super::creation::{self, CREATE};
use crate::answer::Reply;
use crate::endpoint::{Access, Call, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_retry",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_retry",
    access: Access::Needs(Privilege::ManageConnector),
    errors: &[
        ErrorKind::NotEnded,
        ErrorKind::ConnectorIncomplete,
        ErrorKind::NotFound,
        ErrorKind::PendingJobExists,
        ErrorKind::IdempotencyKeyInUse,
        ErrorKind::IdempotencyKeyReused,
    ],
    summary: "Creates a sync job like one that has ended, on demand and with its connector as it is now; \
              `metadata.retry_of` of the new job is the id of the ended one.",
    extension: true,
    handler: handler!(retry),
    ..CREATE
};

async fn retry(call: Call) -> Result<Reply, ApiError> {
    let creation = Creation::Retry(call.id(ID)?);
    creation::create(call, creation).await
}
