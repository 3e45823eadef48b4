//! Background tasks, each of which runs in one process at a time.
//!
//! Any number of processes may share a store, each with a [`TaskRunner`]. One process at a time holds the lease of a
//! task, a document in the store, and runs the task round by round. A process that ends releases its leases; one that
//! is killed stops renewing them, and another one takes over.

mod lease;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;
use tributary_domain::Id;
use tributary_storage::Store;

use crate::{Clock, Context, IdGenerator, Principal};
pub use lease::LeaseTerms;
use lease::{Candidate, HeldLease};

/// A task that is repeated, in one process at a time.
#[async_trait]
pub trait Task: Send + Sync {
    /// Its name, which is the id of its lease: words in lower case with `_` between them.
    fn name(&self) -> &'static str;

    /// The pause between two rounds.
    fn interval(&self) -> Duration;

    /// Runs one round. It is dropped at any await point when the lease is lost, so that every intermediate state must be
    /// valid: each change of a document has a precondition, and the next round continues from the stored state.
    async fn run(&self, store: &dyn Store, context: &Context);
}

/// Runs tasks while this process holds their leases.
pub struct TaskRunner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    holder: String,
    terms: LeaseTerms,
}

impl TaskRunner {
    /// A runner over a store. `holder` is the name of the process in its leases, to which a unique suffix is added.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        holder: &str,
    ) -> Self {
        let holder = format!("{holder}-{}", uuid::Uuid::now_v7());
        Self { store, clock, ids, holder, terms: LeaseTerms::default() }
    }

    /// Sets the durations of its leases, which must be the same in all processes over a store.
    #[must_use]
    pub fn with_terms(self, terms: LeaseTerms) -> Self {
        Self { terms, ..self }
    }

    /// Runs a task whenever this process holds its lease, until `stop` completes; then releases the lease. If the future
    /// is dropped instead, another process takes over as if this one had been killed.
    pub async fn run(&self, task: &dyn Task, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let Ok(id) = Id::parse("name", task.name()) else { return };
        loop {
            let mut lease = tokio::select! {
                lease = self.acquired(&id) => lease,
                () = &mut stop => return,
            };
            tracing::info!(task = task.name(), holder = self.holder, "this process carries out the task");
            tokio::select! {
                () = self.rounds(task) => {}
                () = lease.kept(&*self.store, &*self.clock) => {
                    tracing::warn!(task = task.name(), holder = self.holder, "the lease of the task is lost");
                    continue;
                }
                () = &mut stop => {}
            }
            lease.give_back(&*self.store).await;
            return;
        }
    }

    /// Waits until this process holds the lease.
    async fn acquired(&self, id: &Id) -> HeldLease {
        let mut candidate = Candidate::new(id.clone(), self.holder.clone(), self.terms);
        loop {
            match candidate.try_take(&*self.store, &*self.clock).await {
                Ok(Some(lease)) => return lease,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, task = id.as_str(), "the lease of a task cannot be looked at");
                }
            }
            sleep(self.terms.renewal()).await;
        }
    }

    /// Runs rounds forever.
    async fn rounds(&self, task: &dyn Task) {
        loop {
            let principal = Principal::new(task.name());
            let context = Context::new(principal, Arc::clone(&self.clock), Arc::clone(&self.ids));
            task.run(&*self.store, &context).await;
            sleep(task.interval()).await;
        }
    }
}
