//! What a request changes, for observers: noted where it is written, so that no handler can forget it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tributary_domain::{Id, Query};
use tributary_storage::{
    Changes, Collection, Counts, Deadline, Numbers, Operation, Page, Position, Store, StoreError, Stored,
    Version, Versioned,
};

/// How many ids of a request are noted; of more, only their number is known.
const MOST_IDS: usize = 1_000;

/// The documents that a request has changed, or has tried to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotedChanges {
    /// The collection of the documents, such as `connectors`.
    pub collection: Option<&'static str>,
    /// The ids of documents that were changed, 1,000 at most.
    pub changed: Vec<String>,
    /// The ids of documents that could not be changed, 1,000 at most.
    pub failed: Vec<String>,
    /// How many changes were made.
    pub count: usize,
}

/// Notes shared between a request and its work in the background.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<NotedChanges>>);

impl Notes {
    fn changes(&self) -> MutexGuard<'_, NotedChanges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was noted.
    pub(crate) fn take(&self) -> NotedChanges {
        std::mem::take(&mut *self.changes())
    }

    fn note(&self, collection: Collection, ids: &[Id], results: &[Result<Version, StoreError>]) {
        let mut noted = self.changes();
        let NotedChanges { collection: known, changed, failed, count } = &mut *noted;
        if *known.get_or_insert(collection.name) != collection.name {
            return;
        }
        for (id, result) in ids.iter().zip(results) {
            let id = id.as_str();
            // A change that lost a race is tried again.
            failed.retain(|earlier| earlier != id);
            let list = match result {
                Ok(_) => {
                    *count += 1;
                    &mut *changed
                }
                Err(_) => &mut *failed,
            };
            if list.len() < MOST_IDS {
                list.push(id.to_owned());
            }
        }
    }
}

/// A store that notes what is changed in it, of the collections that clients know.
#[derive(Debug)]
pub(crate) struct NotedStore {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) notes: Notes,
}

#[async_trait]
impl Store for NotedStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.read(collection, ids, deadline).await
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        if !Collection::LASTING.contains(&collection) {
            return self.store.write(collection, operations, deadline).await;
        }
        let ids: Vec<Id> = operations.iter().map(|operation| operation.id.clone()).collect();
        let results = self.store.write(collection, operations, deadline).await;
        self.notes.note(collection, &ids, &results);
        results
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        self.store.list(query, deadline).await
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.store.count(query, by, deadline).await
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.store.numbers(query, fields, deadline)
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        self.store.scan(collection, deadline)
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.store.changes(since, deadline).await
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.store.check(deadline).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.store.close().await
    }
}
