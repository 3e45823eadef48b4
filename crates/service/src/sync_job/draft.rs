//! What a new sync job is made of, and the decided job before it is stored.

use tributary_domain::{
    Connector, CreationDigest, Id, IfPending, InclusionOfDeleted, NewSyncJob, SyncJob, SyncJobType,
};
use tributary_storage::{Collection, Store, StoreError, StoreExt};

use crate::{Context, Result};

/// A request for a new sync job.
#[derive(Debug, Clone)]
pub enum Creation {
    /// A job for a connector: `connector.sync_job_post`.
    New(NewSyncJob),
    /// A job like the one with this id, which has ended: the extension `_retry`.
    Retry(Id),
}

/// The answer to a request for a new sync job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedJob {
    /// The id of the job.
    pub id: Id,
    /// Whether the job was created for the request; otherwise it was pending already.
    pub was_created: bool,
}

/// A sync job that was decided on and is not stored yet.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) connector_id: Id,
    pub(super) job_type: SyncJobType,
    pub(super) job: SyncJob,
}

impl Creation {
    /// The digest of the request.
    pub(super) fn digest(&self, if_pending: IfPending) -> CreationDigest {
        match self {
            Self::New(new) => CreationDigest::of_new(new, if_pending),
            Self::Retry(ended) => CreationDigest::of_retry(ended, if_pending),
        }
    }

    /// Decides on the new job, with a copy of its connector as it is now.
    pub(super) async fn draft(&self, store: &dyn Store, context: &Context) -> Result<Draft> {
        match self {
            Self::New(new) => draft_of(store, context, new).await,
            Self::Retry(id) => {
                let (ended, _): (SyncJob, _) = store.load(Collection::SYNC_JOBS, id).await?;
                let draft = draft_of(store, context, &ended.retry(id.as_str())?).await?;
                Ok(Draft { job: draft.job.retrying(id.as_str()), ..draft })
            }
        }
    }
}

async fn draft_of(store: &dyn Store, context: &Context, new: &NewSyncJob) -> Result<Draft> {
    let connector_id = new.connector_id()?;
    let (connector, _): (Connector, _) = store.load(Collection::CONNECTORS, &connector_id).await?;
    let connector = connector.visible(connector_id.as_str(), InclusionOfDeleted(false))?;
    let job = new.decide(&connector, context.now())?;
    Ok(Draft { connector_id, job_type: new.job_type.unwrap_or(SyncJobType::Full), job })
}

/// Stores a new job under an id that nobody else uses. It also succeeds if the store repeated the request after a lost
/// response and a worker claimed the job in the meantime.
pub(super) async fn store_new(store: &dyn Store, id: &Id, job: SyncJob) -> Result<()> {
    let created_at = created_at(&job);
    match store.create(Collection::SYNC_JOBS, id, job.into()).await {
        // The id is unique: the job was stored, the response was lost, and a worker has changed it since.
        Err(StoreError::Conflict) if is_there(store, id, created_at.as_deref()).await? => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

/// Stores a job under an id that a record has reserved for it, unless it is there.
pub(super) async fn store_reserved(store: &dyn Store, id: &Id, job: SyncJob) -> Result<(), StoreError> {
    match store.create(Collection::SYNC_JOBS, id, job.into()).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a job is there that was created at this time.
async fn is_there(store: &dyn Store, id: &Id, time: Option<&str>) -> Result<bool> {
    let (job, _): (SyncJob, _) = store.load(Collection::SYNC_JOBS, id).await?;
    Ok(created_at(&job).as_deref() == time)
}

fn created_at(job: &SyncJob) -> Option<String> {
    job.document().get_raw("created_at").map(|time| time.get().to_owned())
}
