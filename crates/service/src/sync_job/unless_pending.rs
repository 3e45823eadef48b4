//! Creates a sync job unless its connector has a pending one of the same type.
//!
//! A guard, a document for each connector and type, names the last job that was created so. Whoever creates one announces
//! it in the guard first, replacing the version that was read before pending jobs were looked for: of concurrent
//! requests, one succeeds. The others find its announcement, and create the same job under the same id if it is not
//! there yet. So none waits for another, and it does not matter who is killed when.

use tributary_domain::{
    Id, IfPending, PendingGuard, Query, Refusal, SyncJob, SyncJobStatus, sync_job_fields,
};
use tributary_storage::{ChangeError, Collection, Deadline, Store, StoreError, StoreExt, Version};

use super::creation_records::{clean_up, find, put};
use super::draft::{CreatedJob, Draft, store_reserved};
use super::listed::id_of;
use crate::{Context, Result};

/// How often a request starts again after another one was faster.
const MAXIMUM_ATTEMPTS: usize = 100;

/// Creates a job, unless there is a pending one. It has the reserved id, if there is one.
pub(super) async fn create_unless_pending(
    store: &dyn Store,
    context: &Context,
    draft: &Draft,
    reserved: Option<&Id>,
    if_pending: IfPending,
) -> Result<CreatedJob> {
    let guard_id = PendingGuard::id(&draft.connector_id, draft.job_type)?;
    for _ in 0..MAXIMUM_ATTEMPTS {
        let present = find::<PendingGuard>(store, &guard_id).await?;
        if let Some((guard, version)) = &present
            && let Some((announced, job)) = guard.announced(&draft.job, context.now())
        {
            store_reserved(store, &announced, job).await?;
            confirm(store, &guard_id, guard, *version).await;
            // An earlier attempt of the same request.
            if reserved == Some(&announced) {
                return Ok(CreatedJob { id: announced, was_created: true });
            }
        }
        if let Some(pending) = pending(store, draft, present.as_ref().map(|(guard, _)| guard)).await? {
            return found(draft, pending, if_pending);
        }
        let id = reserved.map_or_else(|| context.next_id(), |id| Ok(id.clone()))?;
        let guard = PendingGuard::announcing(&id, &draft.job, context.now());
        // A confirmation has changed the version: then another round finds that.
        let version = present.map(|(_, version)| version);
        let Some(version) = put(store, &guard_id, version, guard.clone().into()).await? else { continue };
        store_reserved(store, &id, draft.job.clone()).await?;
        confirm(store, &guard_id, &guard, version).await;
        clean_up(store, &guard_id, context.now()).await;
        return Ok(CreatedJob { id, was_created: true });
    }
    Err(StoreError::Conflict.into())
}

/// Notes that the job of a guard was created. Without the note, it is tried to be created again.
async fn confirm(store: &dyn Store, id: &Id, guard: &PendingGuard, version: Version) {
    let confirmed = guard.clone().confirmed();
    if let Err(error) = put(store, id, Some(version), confirmed.into()).await {
        tracing::debug!(%error, "the creation of a sync job is not confirmed in its guard");
    }
}

/// A pending job: the one that the guard names, or the oldest.
async fn pending(store: &dyn Store, draft: &Draft, guard: Option<&PendingGuard>) -> Result<Option<Id>> {
    if let Some(id) = guard.and_then(PendingGuard::job_id)
        && is_pending(store, &id).await?
    {
        return Ok(Some(id));
    }
    let job_type: &str = draft.job_type.into();
    let status: &str = SyncJobStatus::Pending.into();
    let query = Query::of(Collection::SYNC_JOBS)
        .any_of(sync_job_fields::CONNECTOR_ID, [draft.connector_id.as_str()])
        .any_of(sync_job_fields::JOB_TYPE, [job_type])
        .any_of(sync_job_fields::STATUS, [status])
        .page(0, 1);
    let page = store.list(&query, Deadline::NONE).await?;
    Ok(page.documents.iter().next().map(id_of).transpose()?)
}

async fn is_pending(store: &dyn Store, id: &Id) -> Result<bool, StoreError> {
    match store.load::<SyncJob>(Collection::SYNC_JOBS, id).await {
        Ok((job, _)) => Ok(job.status() == Some(SyncJobStatus::Pending)),
        Err(ChangeError::Refused(_)) => Ok(false),
        Err(ChangeError::Store(error)) => Err(error),
    }
}

fn found(draft: &Draft, pending: Id, if_pending: IfPending) -> Result<CreatedJob> {
    if if_pending == IfPending::Reject {
        return Err(Refusal::PendingJobExists {
            connector_id: draft.connector_id.to_string(),
            job_type: draft.job_type,
            job_id: pending.to_string(),
        }
        .into());
    }
    Ok(CreatedJob { id: pending, was_created: false })
}
