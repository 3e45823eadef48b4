//! `PUT …/{id}/_complete`: marks a sync job as completed.

use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_complete",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_complete",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Optional(Content::of::<Statistics>(STATISTICS_EXAMPLE)),
    summary: "Ends a sync job well, with the last statistics if there are any.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Complete)),
    ..CHANGE
};
