//! `PUT …/{id}/_suspend`: suspends a sync job.

use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_suspend",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_suspend",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Optional(Content::of::<Statistics>(STATISTICS_EXAMPLE)),
    summary: "Puts a sync job down, for any worker to take up again.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Suspend)),
    ..CHANGE
};
