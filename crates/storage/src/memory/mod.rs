//! The store in memory: nothing to install, nothing kept after the process ends.

#[cfg(feature = "embedded")]
mod batch;
mod catalog;
mod connectors;
mod operation;
mod piece;
mod secrets;
mod sync_jobs;
mod texts;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use tributary_domain::{ConnectorQuery, Id, SyncJobQuery};

use crate::{
    Backend, BackendSetting, BackendSettings, Collection, OpenError, Page, Store, StoreError, Stored,
    Version, Versioned,
};

#[cfg(feature = "embedded")]
pub(crate) use batch::Batch;
pub(crate) use catalog::Catalog;
pub(crate) use operation::Operation;
#[cfg(feature = "embedded")]
pub(crate) use operation::{Change, Record, Terms};

/// Opens [`MemoryStore`]s under `memory:`.
#[derive(Debug, Clone, Copy)]
pub struct MemoryBackend;

#[async_trait]
impl Backend for MemoryBackend {
    fn scheme(&self) -> &'static str {
        "memory"
    }

    fn description(&self) -> &'static str {
        "memory: keeps everything in this process, and nothing after its end; for tests"
    }

    fn settings(&self) -> &'static [BackendSetting] {
        &[]
    }

    async fn open(&self, location: &str, _: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
        if !location.is_empty() {
            let reason = "nothing may follow the colon, a store in memory has no place".to_owned();
            return Err(OpenError::InvalidLocation { url: format!("memory:{location}"), reason });
        }
        Ok(Arc::new(MemoryStore::default()))
    }
}

/// A store in the memory of this process. Never waits for anything but its own lock.
#[derive(Default)]
pub struct MemoryStore {
    catalog: RwLock<Catalog>,
    is_closed: AtomicBool,
}

/// Says what it is, not what it holds.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    fn catalog(&self) -> Result<RwLockReadGuard<'_, Catalog>, StoreError> {
        self.check_open()?;
        // A panic while the lock was held would be a bug of ours; the data behind it is still whole.
        Ok(self.catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn check_open(&self) -> Result<(), StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::unavailable("it was closed"));
        }
        Ok(())
    }

    fn commit(&self, operation: Operation) -> Result<Version, StoreError> {
        self.check_open()?;
        let mut catalog = self.catalog.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        catalog.check(&operation)?;
        let sequence = catalog.next_sequence();
        catalog.apply(operation.into_change(), sequence);
        Ok(Version { sequence, term: 0 })
    }
}

/// Asks for portion after portion, each from the place that the one before named.
pub(crate) fn walk<'a>(
    portion: impl Fn(usize) -> Result<(Vec<Stored>, Option<usize>), StoreError> + Send + 'a,
) -> BoxStream<'a, Result<Vec<Stored>, StoreError>> {
    let step = move |place: Option<usize>| {
        let step = place.map(|place| match portion(place) {
            Ok((documents, next)) => (Ok(documents), next),
            Err(error) => (Err(error), None),
        });
        std::future::ready(step)
    };
    Box::pin(stream::unfold(Some(0), step))
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError> {
        Ok(self.catalog()?.get_many(collection, ids))
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<crate::Operation>,
    ) -> Vec<Result<Version, StoreError>> {
        operations.iter().map(|one| self.commit(Operation::new(collection, one))).collect()
    }

    async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError> {
        Ok(self.catalog()?.list_sync_jobs(query))
    }

    async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError> {
        Ok(self.catalog()?.list_connectors(query))
    }

    fn scan(&self, collection: Collection) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        walk(move |place| Ok(self.catalog()?.portion(collection, place)))
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.catalog().map(drop)
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.is_closed.store(true, Ordering::Release);
        Ok(())
    }
}
