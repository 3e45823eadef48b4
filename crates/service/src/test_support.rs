//! Shared test support.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde_json::Value;
use tributary_domain::{Id, Query, Timestamp};
use tributary_storage::{
    Action, Changes, Collection, Counts, Deadline, MemoryStore, MockStore, Numbers, Operation, Page,
    Position, Store, StoreError, StoreExt as _, Stored, Version, Versioned,
};

use crate::{Context, IdGenerator, Principal, SortableIds};

/// The instant of every context of the tests.
pub(crate) const NOW: &str = "2026-01-02T03:04:05.678Z";

/// A request at [`NOW`].
pub(crate) fn context() -> Context {
    context_with(SortableIds)
}

/// A request at [`NOW`], with other ids.
pub(crate) fn context_with(ids: impl IdGenerator + 'static) -> Context {
    let now = Timestamp::parse(NOW).unwrap();
    Context::new(Principal::anonymous(), Arc::new(now), Arc::new(ids))
}

/// A request at another time.
pub(crate) fn context_at(now: &str) -> Context {
    let now = Timestamp::parse(now).unwrap();
    Context::new(Principal::anonymous(), Arc::new(now), Arc::new(SortableIds))
}

pub(crate) fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

/// The body of a request.
pub(crate) fn body<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

/// A store with these documents.
pub(crate) async fn store(documents: &[(Collection, &str, &str)]) -> Arc<dyn Store> {
    let store = MemoryStore::default();
    for (collection, name, document) in documents {
        store.create(*collection, &id(name), body(document)).await.unwrap();
    }
    Arc::new(store)
}

/// A document as it is stored, or nothing.
pub(crate) async fn stored(store: &dyn Store, collection: Collection, name: &str) -> Option<Value> {
    let stored = store.get(collection, &id(name)).await.ok()?;
    Some(serde_json::from_slice(&stored.document).unwrap())
}

/// A store with one document under concurrent changes: it is read in these states one after the other, and only the
/// last one can be replaced.
pub(crate) fn store_with_races(states: &'static [&'static str]) -> MockStore {
    let version = |sequence| Version { sequence, term: 0 };
    let mut coming: VecDeque<_> = (0_u64..).zip(states).collect();
    let last = states.len() as u64 - 1;
    let mut store = MockStore::new();
    store.expect_read().returning(move |_, _, _| {
        let (sequence, state) = coming.pop_front().expect("no more reads than states");
        Ok(vec![Some(Versioned { version: version(sequence), document: (*state).into() })])
    });
    store.expect_write().returning(move |_, operations, _| {
        let result = |operation: &Operation| match operation.action {
            Action::Replace(expected, _) if expected == version(last) => Ok(version(last + 1)),
            _ => Err(StoreError::Conflict),
        };
        operations.iter().map(result).collect()
    });
    store
}

/// The store of a process that is killed in the middle of its work: only so many calls are made, and all later ones
/// fail. Whether the last one had an effect before it failed is up to the test.
#[derive(Debug)]
pub(crate) struct KilledStore {
    inner: Arc<dyn Store>,
    calls_left: AtomicIsize,
    is_last_made: bool,
}

impl KilledStore {
    pub(crate) fn new(inner: Arc<dyn Store>, calls: isize, is_last_made: bool) -> Self {
        Self { inner, calls_left: AtomicIsize::new(calls), is_last_made }
    }

    /// Whether all calls were made.
    pub(crate) fn has_survived(&self) -> bool {
        self.calls_left.load(Ordering::SeqCst) >= 0
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> Result<T, StoreError> {
        let left = self.calls_left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 {
            return Ok(call.await);
        }
        if left == 0 && self.is_last_made {
            call.await;
        }
        Err(StoreError::unavailable("the process was killed"))
    }
}

#[async_trait]
impl Store for KilledStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.call(self.inner.read(collection, ids, deadline)).await?
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let many = operations.len();
        match self.call(self.inner.write(collection, operations, deadline)).await {
            Ok(results) => results,
            Err(_) => (0..many).map(|_| Err(StoreError::unavailable("the process was killed"))).collect(),
        }
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        self.call(self.inner.list(query, deadline)).await?
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.call(self.inner.count(query, by, deadline)).await?
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        self.inner.scan(collection, deadline)
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.inner.numbers(query, fields, deadline)
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.inner.changes(since, deadline).await
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.inner.check(deadline).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }
}
