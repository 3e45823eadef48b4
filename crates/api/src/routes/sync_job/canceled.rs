//! `PUT …/{id}/_canceled`: marks a sync job as canceled, after its worker stopped.

use tributary_domain::Statistics;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, STATISTICS_EXAMPLE, change_by_optional_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_canceled",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_canceled",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Optional(Content::of::<Statistics>(STATISTICS_EXAMPLE)),
    summary: "Confirms that the worker of a sync job stopped on request.",
    extension: true,
    handler: handler!(change_by_optional_body(SyncJobChange::Canceled)),
    ..CHANGE
};
