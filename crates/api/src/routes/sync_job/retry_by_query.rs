//! `POST /_connector/_sync_job/_retry_by_query`: retries the sync jobs that match.

use tributary_service::sync_job::BulkChange;

use super::bulk::{BY_QUERY, FAILED, UNAVAILABLE, by_query, done};
use crate::answer::Reply;
use crate::endpoint::{Access, Call, Endpoint, Privilege, handler};
use crate::error::ApiError;

const DONE: &str = r#"{"took": 41, "timed_out": false, "total": 3, "created": 2, "batches": 1, "version_conflicts": 0, "noops": 1, "failures": []}"#;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_retry_by_query",
    path: "/_connector/_sync_job/_retry_by_query",
    access: Access::Needs(Privilege::ManageConnector),
    answers: &[done(DONE), FAILED, UNAVAILABLE],
    summary: "Creates a sync job like each one that matches and has ended, on demand and with its connector as it \
              is now. Jobs that have not ended are no-ops, and so are those that were retried this way before: a \
              repeated call creates nothing twice.",
    handler: handler!(retry_by_query, in_background),
    ..BY_QUERY
};

async fn retry_by_query(call: Call) -> Result<Reply, ApiError> {
    by_query(call, BulkChange::Retry).await
}
