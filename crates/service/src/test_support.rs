//! What the tests of the use cases share.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use mockall::mock;
use serde_json::Value;
use tributary_domain::{ConnectorQuery, Id, SyncJobQuery, Timestamp};
use tributary_storage::{
    Action, Collection, MemoryStore, Operation, Page, Store, StoreError, StoreExt as _, Stored, Version,
    Versioned,
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

mock! {
    /// A store whose answers a test determines.
    #[derive(Debug)]
    pub(crate) RacingStore {}

    #[async_trait]
    impl Store for RacingStore {
        async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError>;
        async fn write(&self, collection: Collection, operations: Vec<Operation>)
            -> Vec<Result<Version, StoreError>>;
        async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError>;
        async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError>;
        fn scan(&self, collection: Collection) -> BoxStream<'static, Result<Vec<Stored>, StoreError>>;
        async fn check(&self) -> Result<(), StoreError>;
        async fn close(&self) -> Result<(), StoreError>;
    }
}

/// A store with one document that others keep changing: it is read in these states one after the other, and only
/// the last one can be replaced.
pub(crate) fn store_with_races(states: &'static [&'static str]) -> MockRacingStore {
    let version = |sequence| Version { sequence, term: 0 };
    let mut coming: VecDeque<_> = (0_u64..).zip(states).collect();
    let last = states.len() as u64 - 1;
    let mut store = MockRacingStore::new();
    store.expect_read().returning(move |_, _| {
        let (sequence, state) = coming.pop_front().expect("no more reads than states");
        Ok(vec![Some(Versioned { version: version(sequence), document: (*state).into() })])
    });
    store.expect_write().returning(move |_, operations| {
        let result = |operation: &Operation| match operation.action {
            Action::Replace(expected, _) if expected == version(last) => Ok(version(last + 1)),
            _ => Err(StoreError::Conflict),
        };
        operations.iter().map(result).collect()
    });
    store
}
