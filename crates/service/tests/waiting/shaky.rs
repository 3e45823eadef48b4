//! A store in memory that fails, forgets and counts on demand.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::time::sleep;
use tributary_domain::{Collection, Id, Query};
use tributary_storage::{
    Changes, Counts, Deadline, MemoryStore, Numbers, Operation, Page, Position, Store, StoreError, Stored,
    Version, Versioned,
};

#[derive(Debug, Default)]
pub(crate) struct Shaky {
    memory: MemoryStore,
    /// Whether changes and reads fail.
    pub(crate) is_away: AtomicBool,
    /// Whether the next look for changes says that its position is too old.
    pub(crate) forgets: AtomicBool,
    /// Whether the next read is answered late, with what was there in time.
    pub(crate) is_slow: AtomicBool,
    /// Whether changes do not tell what deleted documents were found by.
    pub(crate) is_vague: AtomicBool,
    /// The number of reads, of those of connectors among them, and of looks for changes.
    pub(crate) reads: AtomicUsize,
    pub(crate) connector_reads: AtomicUsize,
    pub(crate) looks: AtomicUsize,
}

impl Shaky {
    fn check_there(&self) -> Result<(), StoreError> {
        let is_away = self.is_away.load(Ordering::Relaxed);
        if is_away { Err(StoreError::unavailable("the test says so")) } else { Ok(()) }
    }
}

#[async_trait]
impl Store for Shaky {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.check_there()?;
        let found = self.memory.read(collection, ids, deadline).await;
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.connector_reads.fetch_add(usize::from(collection == Collection::CONNECTORS), Ordering::Relaxed);
        if self.is_slow.swap(false, Ordering::Relaxed) {
            sleep(Duration::from_millis(500)).await;
        }
        found
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        self.memory.write(collection, operations, deadline).await
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        self.memory.list(query, deadline).await
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.memory.count(query, by, deadline).await
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        self.memory.scan(collection, deadline)
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.memory.numbers(query, fields, deadline)
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.check_there()?;
        self.looks.fetch_add(1, Ordering::Relaxed);
        let changes = self.memory.changes(since, deadline).await?;
        // What it waited for may have happened while it was away.
        self.check_there()?;
        let is_complete = changes.is_complete && !self.forgets.swap(false, Ordering::Relaxed);
        let mut changes = Changes { is_complete, ..changes };
        if self.is_vague.load(Ordering::Relaxed) {
            changes.deleted.values_mut().for_each(|values| *values = None);
        }
        Ok(changes)
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.memory.check(deadline).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.memory.close().await
    }
}
