//! The hub: whoever waits for sync jobs does it here.

use std::sync::Arc;

use tokio::sync::{Semaphore, broadcast};
use tributary_domain::{Collection, Id, Refusal};
use tributary_storage::{Deadline, Position, Store, StoreError, StoreExt as _, Within};

use super::changed::PresentJob;
use super::follow::follow;
use super::subscribers::{ConnectorInterest, FeedNews, JobSubscription, Subscribers};
use crate::Result;

/// How many followers may catch up on many changes at the same time.
const LARGE_CATCH_UPS: usize = 8;

/// Lets any number of callers wait for changes of sync jobs, over one look at the store: the changed jobs are read once
/// for all of them. The task for this starts with the first who waits, on the current Tokio runtime, and ends when
/// nobody has waited for a while. A store needs one hub in each process.
#[derive(Debug)]
pub struct SyncJobHub {
    store: Arc<dyn Store>,
    subscribers: Arc<Subscribers>,
    large_catch_ups: Arc<Semaphore>,
}

impl SyncJobHub {
    /// A hub over a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let large_catch_ups = Arc::new(Semaphore::new(LARGE_CATCH_UPS));
        Self { store, subscribers: Arc::new(Subscribers::new()), large_catch_ups }
    }

    /// Ends all waits with the present state, also those that begin later: for the end of the service.
    pub fn end_waits(&self) {
        self.subscribers.end();
    }

    /// Completes when all waits end.
    pub(in crate::sync_job) async fn ended(&self) {
        self.subscribers.ended().await;
    }

    pub(in crate::sync_job) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Permits to catch up on many changes, each of which needs much memory.
    pub(in crate::sync_job) fn large_catch_ups(&self) -> &Arc<Semaphore> {
        &self.large_catch_ups
    }

    /// A job as it is now.
    pub(in crate::sync_job) async fn read(&self, id: &Id) -> Result<PresentJob> {
        let store = Within::new(&*self.store, Deadline::of_work_from_now());
        match store.get(Collection::SYNC_JOBS, id).await {
            Err(StoreError::NotFound) => Err(Refusal::SyncJobNotFound(id.to_string()).into()),
            found => Ok(PresentJob::parse(found?)?),
        }
    }

    /// Subscribes to a job. What changes after this call is passed on, so that a job that is read afterwards changes
    /// no more unnoticed.
    pub(in crate::sync_job) fn job(&self, id: &Id) -> JobSubscription {
        let subscription = self.subscribers.job(id);
        self.ensure_task();
        subscription
    }

    /// Subscribes to all jobs: see [`Subscribers::feed`].
    pub(in crate::sync_job) fn feed(&self) -> (broadcast::Receiver<FeedNews>, Option<Position>) {
        let subscription = self.subscribers.feed();
        self.ensure_task();
        subscription
    }

    /// Has it looked up of changed jobs which of their connectors exist, for as long as the answer is kept.
    pub(in crate::sync_job) fn interest_in_connectors(&self) -> ConnectorInterest {
        self.subscribers.interest_in_connectors()
    }

    fn ensure_task(&self) {
        if self.subscribers.need_task() {
            tokio::spawn(follow(Arc::clone(&self.store), Arc::clone(&self.subscribers)));
        }
    }
}
