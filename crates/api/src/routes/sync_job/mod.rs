//! The endpoints of sync jobs.

pub(super) mod cancel;
pub(super) mod canceled;
pub(super) mod check_in;
pub(super) mod claim;
pub(super) mod complete;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod error;
pub(super) mod get;
pub(super) mod list;
pub(super) mod stats;
pub(super) mod suspend;

use tributary_domain::{Id, Refusal, Statistics, SyncJob, Timestamp};
use tributary_storage::{Collection, Outcome, StoreExt};

use crate::call::Call;
use crate::error::ApiError;
use crate::reply::Reply;

/// What a worker may report.
const STATISTICS_EXAMPLE: &str = r#"{"deleted_document_count": 3, "indexed_document_count": 1024, "indexed_document_volume": 12, "total_document_count": 4096}"#;

/// The name of the id in the paths.
const ID: &str = "connector_sync_job_id";

/// Changes the job that the path names by a decision of the domain. That it was so already, twice in a
/// millisecond, is as good: clients are promised `updated`.
async fn change(
    call: &Call,
    mut decide: impl FnMut(SyncJob, &str, Timestamp) -> Result<SyncJob, Refusal> + Send,
) -> Result<Reply, ApiError> {
    let id = call.id(ID)?;
    let now = call.now();
    let decide = |job: SyncJob| decide(job, id.as_str(), now);
    call.store().change(Collection::SyncJobs, &id, decide).await?;
    Ok(Reply::changed(Outcome::Updated))
}

/// The statistics that may come with the end of a job.
fn final_statistics(call: &Call) -> Result<Option<Statistics>, ApiError> {
    let statistics: Option<Statistics> = call.optional_body()?;
    if let Some(statistics) = &statistics {
        statistics.check()?;
    }
    Ok(statistics)
}

/// Removes jobs side by side, so that they share the store's commits; one that is gone is fine.
pub(super) async fn remove_all(call: &Call, ids: Vec<Id>) -> Result<(), ApiError> {
    let removals = ids.iter().map(|id| call.store().remove(Collection::SyncJobs, id));
    for result in futures_util::future::join_all(removals).await {
        match result.map_err(ApiError::from) {
            Err(ApiError::Refused(Refusal::SyncJobNotFound(_))) => {}
            other => other?,
        }
    }
    Ok(())
}
