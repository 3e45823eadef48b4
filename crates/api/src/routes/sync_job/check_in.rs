//! `PUT …/{id}/_check_in`: heartbeat of a sync job's worker.

use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, change};
use crate::endpoint::{Access, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_check_in",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_check_in",
    access: Access::Needs(Privilege::WorkConnector),
    errors: &[ErrorKind::NotFound],
    summary: "Notes that the worker of a sync job is alive.",
    handler: handler!(change(SyncJobChange::CheckIn)),
    ..CHANGE
};
