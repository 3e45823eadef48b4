//! `PUT …/{id}/_cancel`: requests the cancellation of a sync job.

use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, change};
use crate::endpoint::{Access, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_cancel",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_cancel",
    access: Access::Needs(Privilege::ManageConnector),
    summary: "Cancels a sync job that no worker has, or asks its worker to stop.",
    handler: handler!(change(SyncJobChange::Cancel)),
    ..CHANGE
};
