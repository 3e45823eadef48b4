//! Shared test support.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;
use tributary_domain::{Id, Timestamp};
use tributary_storage::{
    Action, Collection, MemoryStore, MockStore, Operation, Store, StoreError, StoreExt as _, Version,
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
