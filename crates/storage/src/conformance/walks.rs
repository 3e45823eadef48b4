//! Promises about bulk writes and scans.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use tributary_domain::{Document, Id};

use super::promise::{document, id, list_of_promises};
use super::sample::COLLECTIONS;
use crate::{Collection, Deadline, Store, StoreError, StoreExt as _};

list_of_promises![
    many_are_created_as_one_by_one,
    a_walk_meets_every_document_once,
    a_walk_meets_what_stays_while_others_change,
    a_closed_store_cannot_be_walked,
];

/// Everything in a collection, by id; panics where a document comes twice.
async fn walked(store: &dyn Store, collection: Collection) -> BTreeMap<Id, String> {
    let mut found = BTreeMap::new();
    let mut portions = store.scan(collection, Deadline::NONE);
    while let Some(portion) = portions.next().await {
        for stored in portion.expect("a portion") {
            let text = String::from_utf8(stored.document.to_vec()).expect("JSON is UTF-8");
            assert_eq!(found.insert(stored.id.clone(), text), None, "[{}] comes twice", stored.id);
        }
    }
    found
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<(Id, Document)> {
    numbers.map(|number| (id(&format!("n-{number}")), document(&format!(r#"{{"n":{number}.0}}"#)))).collect()
}

async fn many_are_created_as_one_by_one(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        assert!(store.create_many(collection, Vec::new()).await.is_empty());
        let before = store.create(collection, &id("n-3"), document("{}")).await.expect("created");
        let mut wanted = numbered(0..10);
        wanted.push((id("n-9"), document(r#"{"second":true}"#)));
        let results = store.create_many(collection, wanted).await;
        assert_eq!(results.len(), 11);
        for (number, result) in results.iter().enumerate() {
            match (number, result) {
                (3 | 10, Err(StoreError::Conflict)) => {}
                (3 | 10, other) => panic!("an id that is taken is answered {other:?}"),
                (_, result) => {
                    let name = id(&format!("n-{number}"));
                    let version = store.get(collection, &name).await.expect("there").version;
                    assert_eq!(Some(&version), result.as_ref().ok(), "{name}");
                }
            }
        }
        assert_eq!(store.get(collection, &id("n-3")).await.expect("there").version, before);
        assert_eq!(walked(store, collection).await[&id("n-9")], r#"{"id":"n-9","n":9.0}"#);
    }
    let shared = ["one", "two"].map(|name| (id(name), document(r#"{"index_name":"shared"}"#)));
    let results = store.create_many(Collection::CONNECTORS, shared.into()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(
        results.iter().any(|result| matches!(result, Err(StoreError::IndexNameTaken { .. }))),
        "{results:?}"
    );
}

async fn a_walk_meets_every_document_once(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        assert!(walked(store, collection).await.is_empty());
        let documents = numbered(0..2_500);
        let expected: BTreeMap<Id, String> =
            documents.iter().map(|(id, document)| (id.clone(), document.render(id.as_str()))).collect();
        for result in store.create_many(collection, documents).await {
            result.expect("created");
        }
        assert_eq!(walked(store, collection).await, expected);
    }
}

async fn a_walk_meets_what_stays_while_others_change(store: &dyn Store) {
    let jobs = Collection::SYNC_JOBS;
    for result in store.create_many(jobs, numbered(0..2_500)).await {
        result.expect("created");
    }
    let mut portions = store.scan(jobs, Deadline::NONE);
    let mut found: BTreeMap<Id, u32> = BTreeMap::new();
    let mut changed = false;
    while let Some(portion) = portions.next().await {
        for stored in portion.expect("a portion") {
            *found.entry(stored.id).or_default() += 1;
        }
        if !std::mem::replace(&mut changed, true) {
            for (name, next) in numbered(0..20) {
                let version = store.get(jobs, &name).await.expect("there").version;
                store.replace(jobs, &name, version, next).await.expect("replaced");
            }
            for (name, _) in numbered(20..40) {
                let version = store.get(jobs, &name).await.expect("there").version;
                store.delete(jobs, &name, version).await.expect("deleted");
            }
            store.create(jobs, &id("late"), document("{}")).await.expect("created");
        }
    }
    assert!(found.values().all(|times| *times == 1), "a document comes twice");
    for (name, _) in numbered(0..20).into_iter().chain(numbered(40..2_500)) {
        assert!(found.contains_key(&name), "[{name}] was there all the time");
    }
}

async fn a_closed_store_cannot_be_walked(store: &dyn Store) {
    store.check(Deadline::NONE).await.expect("an open store can be asked");
    store.close().await.expect("closed");
    let checked = store.check(Deadline::NONE).await;
    assert!(matches!(checked, Err(StoreError::Unavailable(_))), "{checked:?}");
    let first = store.scan(Collection::SYNC_JOBS, Deadline::NONE).next().await;
    assert!(matches!(first, Some(Err(StoreError::Unavailable(_)))), "{first:?}");
    let results = store.create_many(Collection::SYNC_JOBS, numbered(0..2)).await;
    assert!(
        matches!(results[..], [Err(StoreError::Unavailable(_)), Err(StoreError::Unavailable(_))]),
        "{results:?}"
    );
}
