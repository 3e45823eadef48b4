//! `PUT …/{id}/_claim`: claims a sync job for one worker.

use tributary_domain::SyncJobClaim;
use tributary_service::sync_job::SyncJobChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_claim",
    path: "/_connector/_sync_job/{connector_sync_job_id}/_claim",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<SyncJobClaim>(
        r#"{"worker_hostname": "worker-1", "sync_cursor": {"page": 7}}"#,
    )),
    summary: "Gives a sync job to a worker: of any number of concurrent claims exactly one succeeds.",
    handler: handler!(change_by_body(SyncJobChange::Claim)),
    ..CHANGE
};
