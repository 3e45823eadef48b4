//! Acquiring, renewing and releasing a lease.
//!
//! Clocks of different processes are never compared. The holder counts the duration of the lease from before each
//! renewal; others take the lease once its version has not changed for longer than that since they first saw it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tributary_domain::{Collection, Document, Id, Lease};
use tributary_storage::{Deadline, Store, StoreError, StoreExt, Version, Within};

use crate::Clock;

/// The durations of leases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerms {
    duration: Duration,
}

/// Another process takes a lease over within 20 seconds after its holder was killed.
impl Default for LeaseTerms {
    fn default() -> Self {
        Self::lasting(Duration::from_secs(15))
    }
}

impl LeaseTerms {
    /// Leases that another process may take once they have not been renewed for so long. They are renewed three times
    /// as often, and a holder that cannot renew its lease stops when a fifth of the time is left.
    #[must_use]
    pub const fn lasting(duration: Duration) -> Self {
        Self { duration }
    }

    /// How often a lease is renewed, and checked by others.
    pub(super) fn renewal(self) -> Duration {
        self.duration / 3
    }

    /// How long the holder relies on a renewed lease: shorter than others wait, as a margin for late timers.
    fn reliance(self) -> Duration {
        self.duration * 4 / 5
    }
}

/// A process that tries to acquire a lease.
pub(super) struct Candidate {
    task: Id,
    holder: String,
    terms: LeaseTerms,
    /// The version of another process's lease, and when it was first seen.
    seen: Option<(Version, Instant)>,
}

/// A lease that this process holds.
pub(super) struct HeldLease {
    task: Id,
    lease: Lease,
    version: Version,
    terms: LeaseTerms,
    /// Until when this process relies on it.
    until: Instant,
}

impl Candidate {
    pub(super) fn new(task: Id, holder: String, terms: LeaseTerms) -> Self {
        Self { task, holder, terms, seen: None }
    }

    /// Acquires the lease if it is free or has expired.
    pub(super) async fn try_take(
        &mut self,
        store: &dyn Store,
        clock: &dyn Clock,
    ) -> Result<Option<HeldLease>, StoreError> {
        let store = Within::new(store, Deadline::NONE.within(self.terms.reliance()));
        let present = match store.get(Collection::LEASES, &self.task).await {
            Ok(present) => Some(present.version),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error),
        };
        if let Some(version) = present
            && !self.has_ended(version)
        {
            return Ok(None);
        }
        let start = Instant::now();
        let lease = Lease::taken(&self.holder, clock.now());
        let document = Document::from(lease.clone());
        let taken = match present {
            None => store.create(Collection::LEASES, &self.task, document).await,
            Some(version) => store.replace(Collection::LEASES, &self.task, version, document).await,
        };
        match taken {
            Ok(version) => {
                let (task, terms, until) = (self.task.clone(), self.terms, start + self.terms.reliance());
                Ok(Some(HeldLease { task, lease, version, terms, until }))
            }
            // Another process was faster.
            Err(StoreError::Conflict | StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether another process's lease has expired.
    fn has_ended(&mut self, version: Version) -> bool {
        match self.seen {
            Some((seen, since)) if seen == version => since.elapsed() >= self.terms.duration,
            _ => {
                self.seen = Some((version, Instant::now()));
                false
            }
        }
    }
}

impl HeldLease {
    /// Keeps renewing the lease until it is lost.
    pub(super) async fn kept(&mut self, store: &dyn Store, clock: &dyn Clock) {
        while Instant::now() < self.until {
            let until = self.until;
            sleep_until((until - self.terms.reliance() + self.terms.renewal()).min(until)).await;
            tokio::select! {
                is_kept = self.renew(store, clock) => if !is_kept { return },
                () = sleep_until(until) => return,
            }
        }
    }

    /// Renews the lease once; answers whether somebody else may not have it yet.
    async fn renew(&mut self, store: &dyn Store, clock: &dyn Clock) -> bool {
        let start = Instant::now();
        let lease = self.lease.clone().renewed(clock.now());
        let deadline = Deadline::NONE.within(self.until - start);
        let renewed = Within::new(store, deadline)
            .replace(Collection::LEASES, &self.task, self.version, lease.clone().into())
            .await;
        match renewed {
            Ok(version) => {
                (self.lease, self.version, self.until) = (lease, version, start + self.terms.reliance());
                true
            }
            Err(StoreError::Conflict | StoreError::NotFound) => false,
            Err(error) => {
                tracing::warn!(%error, task = self.task.as_str(), "the lease of a task is not renewed");
                tokio::time::sleep(self.terms.renewal() / 5).await;
                true
            }
        }
    }

    /// Releases the lease, so that another process can take it at once.
    pub(super) async fn give_back(self, store: &dyn Store) {
        let store = Within::new(store, Deadline::NONE.within(self.terms.renewal()));
        if let Err(error) = store.delete(Collection::LEASES, &self.task, self.version).await {
            tracing::debug!(%error, task = self.task.as_str(), "the lease of a task is not given back");
        }
    }
}
