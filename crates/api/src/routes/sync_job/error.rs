//! `PUT …/{id}/_error`: marks a sync job as failed.

use tributary_domain::SyncJobFailure;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_error",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_error",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<SyncJobFailure>(r#"{"error": "the source does not answer"}"#)),
    summary: "Ends a sync job with a failure and says which.",
    handler: handler!(change_by_body(SyncJobChange::Fail)),
    ..CHANGE
};
