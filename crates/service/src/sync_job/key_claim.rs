//! The claim of a request on its idempotency key.
//!
//! The record of a key has the id of the job before the job is created. Whoever repeats an interrupted request creates
//! the job under the same id, or finds it, so that there is never a second one.

use tributary_domain::{CreationDigest, Id, IdempotencyKey, KeyRecord, KeyUse};
use tributary_storage::{Collection, Store, StoreError, StoreExt, Version};

use super::creation_records::{clean_up, find, put};
use super::draft::CreatedJob;
use crate::{Context, Result, ServiceError};

/// How often a request starts again after another one was faster.
const MAXIMUM_ATTEMPTS: usize = 100;

/// What a request with a key has to do.
pub(super) enum Admission {
    /// Answer as before.
    Repeat(CreatedJob),
    /// Create the job, and then [settle](KeyClaim::settle) the claim.
    Proceed(KeyClaim),
}

/// A claim of this request on a key.
pub(super) struct KeyClaim {
    record_id: Id,
    record: KeyRecord,
    version: Version,
    /// The id of the job.
    pub(super) job_id: Id,
    /// Whether an earlier request may have created it.
    pub(super) is_resumed: bool,
}

impl KeyClaim {
    /// Claims a key for a request. Refused if it was used for another one, or if the first one is still running.
    pub(super) async fn take(
        store: &dyn Store,
        context: &Context,
        key: &IdempotencyKey,
        request: &CreationDigest,
    ) -> Result<Admission> {
        let record_id = key.record_id(context.principal().identity())?;
        let new_id = context.next_id()?;
        for _ in 0..MAXIMUM_ATTEMPTS {
            let (present, version) = find::<KeyRecord>(store, &record_id).await?.unzip();
            let (record, is_resumed) = match KeyRecord::admit(present, request, &new_id, context.now())? {
                KeyUse::Repeat { job_id, was_created } => {
                    return Ok(Admission::Repeat(CreatedJob { id: job_id, was_created }));
                }
                KeyUse::Begin(record) => (record, false),
                KeyUse::Resume(record) => (record, true),
            };
            if let Some(version) = put(store, &record_id, version, record.clone().into()).await? {
                clean_up(store, &record_id, context.now()).await;
                let job_id = record.job_id()?;
                return Ok(Admission::Proceed(Self { record_id, record, version, job_id, is_resumed }));
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Notes how the request ended. What cannot be noted is found out by whoever repeats the request.
    pub(super) async fn settle(self, store: &dyn Store, result: &Result<CreatedJob>) {
        let Self { record_id, record, version, .. } = self;
        let settled = match result {
            Ok(job) => {
                let ended = record.ended(&job.id, job.was_created);
                put(store, &record_id, Some(version), ended.into()).await.map(drop)
            }
            Err(ServiceError::Refused(_)) => store.delete(Collection::CREATIONS, &record_id, version).await,
            Err(_) => put(store, &record_id, Some(version), record.interrupted().into()).await.map(drop),
        };
        if let Err(error) = settled {
            tracing::warn!(%error, "the end of a request with an idempotency key is not noted");
        }
    }
}
