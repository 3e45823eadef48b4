//! Creation of sync jobs, safe to repeat and without pile-ups where the request wants that.

use std::time::Duration;

use tributary_domain::{Id, IdempotencyKey, IfPending, SyncJob};
use tributary_storage::{ChangeError, Collection, Store, StoreExt, Within};

use super::draft::{CreatedJob, Creation, store_new, store_reserved};
use super::key_claim::{Admission, KeyClaim};
use super::unless_pending::create_unless_pending;
use crate::{Context, Result};

/// The longest that a request works under a key: others take it for interrupted after a minute.
const LONGEST_UNDER_A_KEY: Duration = Duration::from_secs(45);

/// How a sync job is created.
#[derive(Debug, Clone)]
pub struct CreationTerms {
    /// What happens if the connector has a pending job of the same type.
    pub if_pending: IfPending,
    /// The name of the request: a repeated one with the same key of the same caller has the same answer for 24 hours.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Every request creates a job.
impl Default for CreationTerms {
    fn default() -> Self {
        Self { if_pending: IfPending::Create, idempotency_key: None }
    }
}

/// Creates a sync job with a copy of its connector as it is now: `connector.sync_job_post`, and the extension `_retry`.
///
/// Refused with [`ConnectorNotFound`](tributary_domain::Refusal::ConnectorNotFound) if the connector does not exist or
/// is softly deleted, and with [`ConnectorIncomplete`](tributary_domain::Refusal::ConnectorIncomplete) if it has no
/// index or no service type; further as the terms say.
pub async fn create(
    store: &dyn Store,
    context: &Context,
    creation: &Creation,
    terms: &CreationTerms,
) -> Result<CreatedJob> {
    let store = &context.bound(store);
    let Some(key) = &terms.idempotency_key else {
        return create_once(store, context, creation, terms.if_pending, None).await;
    };
    let store = &Within::new(store, context.deadline().within(LONGEST_UNDER_A_KEY));
    let claim = match KeyClaim::take(store, context, key, &creation.digest(terms.if_pending)).await? {
        Admission::Repeat(job) => return Ok(job),
        Admission::Proceed(claim) => claim,
    };
    let result = create_once(store, context, creation, terms.if_pending, Some(&claim)).await;
    claim.settle(store, &result).await;
    result
}

async fn create_once(
    store: &dyn Store,
    context: &Context,
    creation: &Creation,
    if_pending: IfPending,
    claim: Option<&KeyClaim>,
) -> Result<CreatedJob> {
    let resumed = claim.filter(|claim| claim.is_resumed).map(|claim| &claim.job_id);
    if let Some(id) = resumed
        && exists(store, id).await?
    {
        return Ok(CreatedJob { id: id.clone(), was_created: true });
    }
    let draft = creation.draft(store, context).await?;
    let reserved = claim.map(|claim| &claim.job_id);
    if if_pending != IfPending::Create {
        return create_unless_pending(store, context, &draft, reserved, if_pending).await;
    }
    let id = reserved.map_or_else(|| context.next_id(), |id| Ok(id.clone()))?;
    if resumed.is_some() {
        store_reserved(store, &id, draft.job).await?;
    } else {
        store_new(store, &id, draft.job).await?;
    }
    Ok(CreatedJob { id, was_created: true })
}

async fn exists(store: &dyn Store, id: &Id) -> Result<bool> {
    match store.load::<SyncJob>(Collection::SYNC_JOBS, id).await {
        Ok(_) => Ok(true),
        Err(ChangeError::Refused(_)) => Ok(false),
        Err(ChangeError::Store(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "create_tests.rs"]
mod tests;
