//! `PUT …/{id}/_stats`: updates the statistics of a sync job.

use tributary_domain::CompleteStatistics;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, STATISTICS_EXAMPLE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_update_stats",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_stats",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<CompleteStatistics>(STATISTICS_EXAMPLE)),
    errors: &[ErrorKind::NotFound],
    summary: "Stores what a worker has counted so far.",
    handler: handler!(change_by_body(SyncJobChange::Report)),
    ..CHANGE
};
