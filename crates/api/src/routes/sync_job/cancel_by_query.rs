//! `POST /_connector/_sync_job/_cancel_by_query`: requests the cancellation of the sync jobs that match.

use tributary_service::sync_job::BulkChange;

use super::bulk::{BY_QUERY, FAILED, UNAVAILABLE, by_query, done, ended};
use crate::answer::Reply;
use crate::endpoint::{Access, Call, Endpoint, Privilege, handler};
use crate::error::ApiError;

const DONE: &str = r#"{"took": 41, "timed_out": false, "total": 3, "updated": 2, "batches": 1, "version_conflicts": 0, "noops": 1, "failures": []}"#;
const ENDED: &str = r#"{"took": 41, "timed_out": false, "total": 3, "updated": 2, "batches": 1, "version_conflicts": 1, "noops": 0, "failures": [{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103", "status": 409, "cause": {"type": "version_conflict_engine_exception", "reason": "the sync job was changed by others at the same time"}}]}"#;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_cancel_by_query",
    path: "/_connector/_sync_job/_cancel_by_query",
    access: Access::Needs(Privilege::ManageConnector),
    answers: &[done(DONE), ended(ENDED), FAILED, UNAVAILABLE],
    summary: "Cancels all sync jobs that match: those that no worker has end at once, the workers of others are \
              asked to stop. Jobs that have ended or are being canceled are no-ops.",
    handler: handler!(cancel_by_query, in_background),
    ..BY_QUERY
};

async fn cancel_by_query(call: Call) -> Result<Reply, ApiError> {
    by_query(call, BulkChange::Cancel).await
}
