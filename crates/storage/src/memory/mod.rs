//! The memory store: nothing is kept after the end of the process.

mod arena;
mod arena_chunk;
#[cfg(feature = "embedded")]
mod batch;
mod catalog;
mod column;
mod holders;
mod indexed;
mod list;
mod matches;
mod matching;
mod moved;
mod number_field;
mod numbers;
mod operation;
mod order_history;
mod order_value;
mod recent;
mod sections;
mod slots;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use tributary_domain::{Collection, Id, Query};

use crate::{
    Backend, BackendSetting, BackendSettings, Changes, Counts, Deadline, Numbers, OpenError, Operation, Page,
    Position, Store, StoreError, Stored, Version, Versioned,
};

#[cfg(feature = "embedded")]
pub(crate) use batch::LoadBatch;
pub(crate) use catalog::{Catalog, changes};
pub(crate) use numbers::numbers;
pub(crate) use operation::GuardedChange;
#[cfg(feature = "embedded")]
pub(crate) use operation::{DocumentChange, Terms};
#[cfg(feature = "embedded")]
pub(crate) use recent::ChangeKind;

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

    async fn open(&self, location: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
        if !location.is_empty() {
            let reason = "nothing may follow the colon, a store in memory has no place".to_owned();
            return Err(OpenError::InvalidLocation { url: format!("memory:{location}"), reason });
        }
        Ok(Arc::new(MemoryStore::over(settings.collections())))
    }
}

/// A store in the memory of this process.
pub struct MemoryStore {
    catalog: RwLock<Catalog>,
    is_closed: AtomicBool,
}

/// Does not show the content.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::over(&Collection::ALL)
    }
}

impl MemoryStore {
    /// An empty store for these collections.
    #[must_use]
    pub fn over(collections: &[Collection]) -> Self {
        Self { catalog: RwLock::new(Catalog::new(collections)), is_closed: AtomicBool::new(false) }
    }

    fn catalog(&self) -> Result<RwLockReadGuard<'_, Catalog>, StoreError> {
        self.check_open()?;
        // A poisoned lock is ignored: the catalog is never left in an inconsistent state.
        Ok(self.catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn check_open(&self) -> Result<(), StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::unavailable("it was closed"));
        }
        Ok(())
    }

    fn commit(&self, change: GuardedChange) -> Result<Version, StoreError> {
        self.check_open()?;
        let mut catalog = self.catalog.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        catalog.check(&change)?;
        let kind = catalog.kind(&change.change);
        let sequence = catalog.next_sequence();
        catalog.apply(change.change, kind, sequence);
        catalog.publish();
        Ok(Version { sequence, term: 0 })
    }
}

/// A stream of chunks, each from the slot that the one before returned.
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
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        _: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.catalog()?.get_many(collection, ids)
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        _: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        operations.iter().map(|operation| self.commit(GuardedChange::new(collection, operation))).collect()
    }

    async fn list(&self, query: &Query, _: Deadline) -> Result<Page, StoreError> {
        self.catalog()?.list(query)
    }

    async fn count(&self, query: &Query, by: &[&'static str], _: Deadline) -> Result<Counts, StoreError> {
        self.catalog()?.count(query, by)
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        _: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        numbers(|| self.catalog(), query, fields)
    }

    fn scan(&self, collection: Collection, _: Deadline) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        walk(move |place| self.catalog()?.portion(collection, place))
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.check_open()?;
        changes(&self.catalog, since, deadline).await
    }

    async fn check(&self, _: Deadline) -> Result<(), StoreError> {
        self.catalog().map(drop)
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.is_closed.store(true, Ordering::Release);
        // Replacing the catalog ends all waits for changes.
        *self.catalog.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Catalog::new(&[]);
        Ok(())
    }
}
