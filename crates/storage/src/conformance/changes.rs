//! Promises about the feed of changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join;
use tributary_domain::{FilteredValues, Id};

use super::promise::{document, id, list_of_promises};
use super::sample::{COLLECTIONS, SAMPLE};
use crate::{Changes, Collection, Deadline, Deletions, Position, Store, StoreError, StoreExt as _};

list_of_promises![
    changes_are_told_after_a_position,
    who_waits_hears_of_a_change_at_once,
    no_change_is_missed_among_many,
    a_deletion_is_told_with_the_values_that_found_the_document,
    an_unknown_position_is_told,
    who_waits_hears_that_the_store_is_closed,
];

/// Longer than any store takes to report a change.
const LONG: Duration = Duration::from_mins(1);

async fn present(store: &dyn Store) -> Position {
    store.changes(None, Deadline::NONE).await.expect("a position").position
}

async fn changes(store: &dyn Store, since: &mut Position) -> Changes {
    let changes = store.changes(Some(since.clone()), Deadline::NONE.within(LONG)).await.expect("changes");
    assert!(changes.is_complete, "{changes:?}");
    let are_told = changes.deleted.keys().all(|one| changes.changed.contains(one));
    assert!(are_told, "deleted documents are among the changed ones: {changes:?}");
    *since = changes.position.clone();
    changes
}

/// Reads changes until these documents were reported, in one call or several.
async fn hears_of(store: &dyn Store, since: &mut Position, expected: &[(Collection, &str)]) -> Deletions {
    let mut deleted = Deletions::new();
    let mut missing: BTreeSet<(Collection, Id)> =
        expected.iter().map(|(collection, name)| (*collection, id(name))).collect();
    let start = Instant::now();
    while !missing.is_empty() {
        assert!(start.elapsed() < LONG, "never told: {missing:?}");
        let changes = changes(store, since).await;
        for one in changes.changed {
            missing.remove(&one);
        }
        deleted.extend(changes.deleted);
    }
    deleted
}

/// Reads changes until these documents were reported as deleted, and returns the values that found them.
async fn hears_what_is_deleted(
    store: &dyn Store,
    since: &mut Position,
    expected: &[(Collection, &str)],
) -> BTreeMap<String, FilteredValues> {
    let mut heard = BTreeMap::new();
    let start = Instant::now();
    while heard.len() < expected.len() {
        assert!(start.elapsed() < LONG, "of {expected:?} only these: {heard:?}");
        for ((collection, id), values) in changes(store, since).await.deleted {
            assert!(expected.contains(&(collection, id.as_str())), "{id} of {collection:?} is not deleted");
            let values = values.and_then(|values| values.read()).expect("its values are known");
            heard.insert(id.to_string(), values);
        }
    }
    heard
}

async fn changes_are_told_after_a_position(store: &dyn Store) {
    store.create(Collection::SYNC_JOBS, &id("before"), document("{}")).await.expect("created");
    let mut position = present(store).await;
    for collection in COLLECTIONS.iter().copied() {
        let version = store.create(collection, &id("x"), document("{}")).await.expect("created");
        assert!(hears_of(store, &mut position, &[(collection, "x")]).await.is_empty());
        let version =
            store.replace(collection, &id("x"), version, document(r#"{"a":1}"#)).await.expect("replaced");
        assert!(hears_of(store, &mut position, &[(collection, "x")]).await.is_empty());
        store.delete(collection, &id("x"), version).await.expect("deleted");
        hears_what_is_deleted(store, &mut position, &[(collection, "x")]).await;
    }
    // Reported changes are not reported again.
    let quiet = store
        .changes(Some(position.clone()), Deadline::NONE.within(Duration::from_millis(50)))
        .await
        .expect("none");
    assert_eq!((quiet.changed, quiet.is_complete), (Vec::new(), true));
    let refused = store.create(Collection::SYNC_JOBS, &id("before"), document("{}")).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
}

async fn who_waits_hears_of_a_change_at_once(store: &dyn Store) {
    let position = present(store).await;
    let wait = async {
        let changes =
            store.changes(Some(position.clone()), Deadline::NONE.within(LONG)).await.expect("changes");
        (changes.changed, Instant::now())
    };
    let change = async {
        // Long enough for the other one to be waiting.
        tokio::time::sleep(Duration::from_millis(200)).await;
        store.create(Collection::SYNC_JOBS, &id("x"), document("{}")).await.expect("created");
        Instant::now()
    };
    let ((changed, told), made) = join(wait, change).await;
    assert_eq!(changed, [(Collection::SYNC_JOBS, id("x"))]);
    let late = told.saturating_duration_since(made);
    assert!(late < Duration::from_secs(2), "told {late:?} after the change");
}

async fn no_change_is_missed_among_many(store: &dyn Store) {
    let mut position = present(store).await;
    let jobs = Collection::SYNC_JOBS;
    let names: Vec<String> = (0..300).map(|number| format!("job-{number}")).collect();
    let change = async {
        for names in names.chunks(60) {
            let documents = names.iter().map(|name| (id(name), document("{}"))).collect();
            for result in store.create_many(jobs, documents).await {
                result.expect("created");
            }
        }
        let ids: Vec<Id> = names.iter().take(100).map(|name| id(name)).collect();
        store.remove_all(jobs, &ids).await.expect("removed");
    };
    let expected: Vec<(Collection, &str)> = names.iter().map(|name| (jobs, name.as_str())).collect();
    let start = position.clone();
    join(change, hears_of(store, &mut position, &expected)).await;
    // Later readers are notified of all of them as well.
    let mut later = start;
    hears_of(store, &mut later, &expected).await;
}

/// Documents, each with a later state.
const STATES: &[(Collection, &str, &str)] = &[
    (
        Collection::SYNC_JOBS,
        r#"{"status":"pending","created_at":"2026-01-02T03:04:05.678Z","connector":{"id":"a"}}"#,
        r#"{"status":"error","error":"no, \"x\"\n","last_seen":1767225600000,"job_type":"full","metadata":{"status":"x"},"connector":{"id":"b","service_type":"s3","index_name":"i","configuration":{"k":{"value":"v"}}}}"#,
    ),
    (Collection::SYNC_JOBS, r#"{"status":["pending","x"]}"#, r#"{"connector":{"id":["b","a","b"]}}"#),
    (Collection::CONNECTORS, r#"{"name":"n","index_name":"i"}"#, r#"{"service_type":"s3","deleted":true}"#),
    (Collection::SECRETS, r#"{"value":"a"}"#, r#"{"value":"b"}"#),
    (
        SAMPLE,
        r#"{"due_at":2026,"color":"red","owner":{"name":"ü"}}"#,
        r#"{"size":5,"seen":{"at":[7,3]},"is_large":false,"note":"one two","color":1.10,"settings":{"a":1}}"#,
    ),
];

async fn a_deletion_is_told_with_the_values_that_found_the_document(store: &dyn Store) {
    let mut position = present(store).await;
    for (collection, before, after) in STATES.iter().copied() {
        let values = |text: &str| FilteredValues::of(collection, &document(text));
        let (key, expected) = (id("x"), [(collection, "x")]);
        let mut start = position.clone();
        let version = store.create(collection, &key, document(before)).await.expect("created");
        let version = store.replace(collection, &key, version, document(after)).await.expect("replaced");
        store.delete(collection, &key, version).await.expect("deleted");
        let deleted = hears_what_is_deleted(store, &mut position, &expected).await;
        assert_eq!(deleted["x"], values(after), "{collection:?} {after}");

        // One that is there again is not deleted, until it is deleted in its new state.
        let version = store.create(collection, &key, document(before)).await.expect("created again");
        for mut since in [position, start.clone()] {
            let deleted = hears_of(store, &mut since, &expected).await;
            assert!(deleted.is_empty(), "{collection:?} {deleted:?}");
        }
        position = present(store).await;
        store.delete(collection, &key, version).await.expect("deleted");
        let deleted = hears_what_is_deleted(store, &mut position, &expected).await;
        assert_eq!(deleted["x"], values(before), "{collection:?} {before}");
        // Who comes from before both deletions hears of the last one.
        let deleted = hears_what_is_deleted(store, &mut start, &expected).await;
        assert_eq!(deleted["x"], values(before), "{collection:?} {before}");
    }

    let jobs = Collection::SYNC_JOBS;
    let names: Vec<String> = (0..150).map(|number| format!("job-{number}")).collect();
    let text = |name: &str| document(&format!(r#"{{"connector":{{"id":"{name}"}},"status":"pending"}}"#));
    for result in store.create_many(jobs, names.iter().map(|name| (id(name), text(name))).collect()).await {
        result.expect("created");
    }
    let mut position = present(store).await;
    let ids: Vec<Id> = names.iter().map(|name| id(name)).collect();
    store.remove_all(jobs, &ids).await.expect("removed");
    let expected: Vec<(Collection, &str)> = names.iter().map(|name| (jobs, name.as_str())).collect();
    let deleted = hears_what_is_deleted(store, &mut position, &expected).await;
    for name in &names {
        assert_eq!(deleted[name], FilteredValues::of(jobs, &text(name)), "{name}");
    }
}

async fn an_unknown_position_is_told(store: &dyn Store) {
    store.create(Collection::SYNC_JOBS, &id("x"), document("{}")).await.expect("created");
    for text in ["", "x", "0", "-1", "of another store"] {
        let changes =
            store.changes(Some(Position::new(text)), Deadline::NONE.within(LONG)).await.expect("told");
        assert!(!changes.is_complete, "{text}: {changes:?}");
        let present = store.changes(None, Deadline::NONE).await.expect("a position");
        assert_eq!((present.changed, present.is_complete), (Vec::new(), true));
    }
}

async fn who_waits_hears_that_the_store_is_closed(store: &dyn Store) {
    let position = present(store).await;
    let wait = store.changes(Some(position.clone()), Deadline::NONE.within(LONG));
    let close = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        store.close().await.expect("closed");
    };
    let (waited, ()) = join(wait, close).await;
    assert!(matches!(waited, Err(StoreError::Unavailable(_))), "{waited:?}");
    let again = store.changes(Some(position.clone()), Deadline::NONE.within(LONG)).await;
    assert!(matches!(again, Err(StoreError::Unavailable(_))), "{again:?}");
}

/// Checks that a store reports the changes of another one within two seconds. For backends that several processes may
/// use at the same time: `open` must open the same, initially empty store with each call.
///
/// # Panics
/// If a change is missed or late.
pub async fn check_two_instances<F>(open: impl Fn(&'static [Collection]) -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    let (writer, reader) = (open(COLLECTIONS).await, open(COLLECTIONS).await);
    let mut position = present(&*reader).await;
    for collection in COLLECTIONS.iter().copied() {
        let create = async { writer.create(collection, &id("x"), document("{}")).await.expect("created") };
        let version = heard_in_time(&*reader, &mut position, collection, create).await;
        let next = document(r#"{"a":1}"#);
        let replace = async { writer.replace(collection, &id("x"), version, next).await.expect("replaced") };
        let version = heard_in_time(&*reader, &mut position, collection, replace).await;
        let delete = async { writer.delete(collection, &id("x"), version).await.expect("deleted") };
        heard_in_time(&*reader, &mut position, collection, delete).await;
    }
    writer.close().await.expect("closed");
    reader.close().await.expect("closed");
}

/// Makes a change while the other store is waiting, and checks when it is reported there.
async fn heard_in_time<T>(
    store: &dyn Store,
    position: &mut Position,
    collection: Collection,
    change: impl Future<Output = T>,
) -> T {
    let change = async {
        // Long enough for the other one to be waiting.
        tokio::time::sleep(Duration::from_millis(100)).await;
        (change.await, Instant::now())
    };
    let expected = [(collection, "x")];
    let ((changed, made), _) = join(change, hears_of(store, position, &expected)).await;
    // Two seconds are promised; the rest is tolerance for a busy machine.
    assert!(made.elapsed() < Duration::from_secs(4), "told {:?} after the change", made.elapsed());
    changed
}
