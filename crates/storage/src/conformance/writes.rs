//! Promises about single documents.

use futures_util::future::join;
use tributary_domain::{Connector, Document, Query, Refusal, SyncJob, Timestamp};

use super::promise::{document, id, list_of_promises};
use super::sample::COLLECTIONS;
use crate::{
    Action, ChangeError, Collection, Deadline, Operation, Outcome, Store, StoreError, StoreExt, Version,
    Versioned,
};

list_of_promises![
    comes_back_to_the_letter,
    what_is_missing_is_not_found,
    documents_are_read_together,
    an_id_is_taken_once,
    only_the_expected_version_is_replaced,
    only_the_expected_version_is_deleted,
    many_changes_are_each_made_or_refused,
    of_many_changes_twice_at_once_each_is_made_once,
    versions_are_never_used_again,
    ids_are_any_text,
    collections_are_apart,
    an_index_has_one_live_connector,
    a_change_decides_on_the_latest_state,
    a_closed_store_is_unavailable,
];

/// Unknown fields, numbers no float or 64-bit integer can hold, nesting, nulls, escapes, key order; sensitive values of
/// connectors and sync jobs, which a store may encrypt.
const STRANGE: &str = r#"{"z":1.10,"status":"pending","a":[1e400,-0,123456789012345678901234567890,{}],"n":null,"o":{"y":[],"x":{" ":""}},"e":"\u00e9\ud83d\ude00\/","created_at":"2026-01-02T03:04:05.123456789Z","b":1.0e-7,"configuration":{"p":{"sensitive":true,"value":3.10},"l":{"value":[1e400,"\u0078"],"sensitive":"true"}},"connector":{"configuration":{"o":{"value":{"a":1.0},"sensitive":true},"e":{"sensitive":true,"value":""}}}}"#;

async fn text(store: &dyn Store, collection: Collection, name: &str) -> String {
    let stored = store.get(collection, &id(name)).await.expect("the document is there");
    String::from_utf8(stored.document.to_vec()).expect("JSON is UTF-8")
}

async fn comes_back_to_the_letter(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        let version = store.create(collection, &id("x"), document(STRANGE)).await.expect("created");
        let expected = STRANGE.replacen('{', r#"{"id":"x","#, 1);
        assert_eq!(text(store, collection, "x").await, expected);

        let mut next = document(&expected);
        next.set_raw("z", document(r#"{"v":2.50}"#).get_raw("v").expect("a value").to_owned());
        store.replace(collection, &id("x"), version, next).await.expect("replaced");
        assert_eq!(text(store, collection, "x").await, expected.replace("1.10", "2.50"));
    }
    let listed = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed");
    assert_eq!(&listed.documents[0], text(store, Collection::SYNC_JOBS, "x").await.as_bytes());
}

/// The text of a document, `None` where there is none.
async fn texts<const N: usize>(
    store: &dyn Store,
    collection: Collection,
    names: [&str; N],
) -> [Option<String>; N] {
    let found = store.read(collection, &names.map(id), Deadline::NONE).await.expect("read");
    let mut texts =
        found.into_iter().map(|one| one.map(|one| String::from_utf8_lossy(&one.document).into_owned()));
    std::array::from_fn(|_| texts.next().flatten())
}

async fn many_changes_are_each_made_or_refused(store: &dyn Store) {
    let operation = |name: &str, action| Operation { id: id(name), action };
    let state = |number: u32| document(&format!(r#"{{"x":{number}}}"#));
    for collection in COLLECTIONS.iter().copied() {
        let create = ["a", "b", "c", "d"].map(|name| operation(name, Action::Create(state(0))));
        let created = store.write(collection, create.into(), Deadline::NONE).await;
        let versions: Vec<Version> = created.into_iter().map(|one| one.expect("created")).collect();
        let moved = store.replace(collection, &id("d"), versions[3], state(1)).await.expect("replaced");
        let results = store
            .write(
                collection,
                vec![
                    operation("a", Action::Replace(versions[0], state(2))),
                    operation("b", Action::Delete(versions[1])),
                    operation("c", Action::Create(state(2))),
                    operation("d", Action::Replace(versions[3], state(2))),
                    operation("d", Action::Delete(versions[3])),
                    operation("missing", Action::Replace(versions[0], state(2))),
                    operation("missing", Action::Delete(versions[0])),
                    operation("new", Action::Create(state(2))),
                    operation("new", Action::Create(state(3))),
                ],
                Deadline::NONE,
            )
            .await;
        let results: Vec<&str> = results
            .iter()
            .map(|result| match result {
                Ok(_) => "made",
                Err(StoreError::Conflict) => "conflict",
                Err(StoreError::NotFound) => "not found",
                Err(error) => panic!("{error}"),
            })
            .collect();
        let (made, conflict, missing) = ("made", "conflict", "not found");
        let expected = [made, made, conflict, conflict, conflict, missing, missing, made, conflict];
        assert_eq!(results, expected, "{collection:?}");
        let found = texts(store, collection, ["a", "b", "c", "d", "missing", "new"]).await;
        let text = |name: &str, number: u32| Some(format!(r#"{{"id":"{name}","x":{number}}}"#));
        let expected = [text("a", 2), None, text("c", 0), text("d", 1), None, text("new", 2)];
        assert_eq!(found, expected, "{collection:?}");
        let now = store.get(collection, &id("d")).await.expect("it is there").version;
        assert_eq!(now, moved, "a refused change moves no version");
        assert!(store.write(collection, Vec::new(), Deadline::NONE).await.is_empty());
    }
}

async fn of_many_changes_twice_at_once_each_is_made_once(store: &dyn Store) {
    let jobs = Collection::SYNC_JOBS;
    let operations = |number: u32| -> Vec<Operation> {
        let operation = |job: u32| Operation {
            id: id(&format!("job-{job}")),
            action: Action::Create(document(&format!(r#"{{"by":{number}}}"#))),
        };
        (0..500).map(operation).collect()
    };
    let write = |number| store.write(jobs, operations(number), Deadline::NONE);
    let (first, second) = join(write(1), write(2)).await;
    assert_eq!((first.len(), second.len()), (500, 500));
    let mut winners = Vec::new();
    for (job, (first, second)) in first.iter().zip(&second).enumerate() {
        let by = match (first, second) {
            (Ok(_), Err(StoreError::Conflict)) => 1,
            (Err(StoreError::Conflict), Ok(_)) => 2,
            other => panic!("{other:?}"),
        };
        winners.push((id(&format!("job-{job}")), format!(r#""by":{by}"#)));
    }
    let (ids, parts): (Vec<_>, Vec<_>) = winners.into_iter().unzip();
    let stored = store.read(jobs, &ids, Deadline::NONE).await.expect("read");
    for (stored, part) in stored.iter().zip(parts) {
        let text = String::from_utf8_lossy(&stored.as_ref().expect("it is there").document).into_owned();
        assert!(text.contains(&part), "{text}: {part}");
    }
    assert_eq!(
        store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed").count,
        500
    );
}

async fn documents_are_read_together(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        for name in ["a", "b/c", "é"] {
            store.create(collection, &id(name), document(STRANGE)).await.expect("created");
        }
        let ids = ["é", "missing", "a", "b/c", "a"].map(id);
        let found = store.read(collection, &ids, Deadline::NONE).await.expect("read");
        assert_eq!(found.len(), ids.len());
        for (id, found) in ids.iter().zip(found) {
            let alone = store.get(collection, id).await.ok();
            let parts = |stored: Versioned| (stored.version, stored.document);
            assert_eq!(found.map(parts), alone.map(parts), "{id}");
        }
        assert!(store.read(collection, &[], Deadline::NONE).await.expect("nothing to read").is_empty());
    }
}

async fn what_is_missing_is_not_found(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        let version = store.create(collection, &id("x"), document("{}")).await.expect("created");
        store.delete(collection, &id("x"), version).await.expect("deleted");
        for name in ["x", "never"] {
            let name = id(name);
            assert!(matches!(store.get(collection, &name).await, Err(StoreError::NotFound)));
            let replaced = store.replace(collection, &name, version, document("{}")).await;
            assert!(matches!(replaced, Err(StoreError::NotFound)), "{replaced:?}");
            assert!(matches!(store.delete(collection, &name, version).await, Err(StoreError::NotFound)));
        }
    }
}

async fn an_id_is_taken_once(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        store.create(collection, &id("x"), document(r#"{"a":1}"#)).await.expect("created");
        let again = store.create(collection, &id("x"), document(r#"{"a":2}"#)).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
        assert_eq!(text(store, collection, "x").await, r#"{"id":"x","a":1}"#);
    }
}

async fn only_the_expected_version_is_replaced(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        let first = store.create(collection, &id("x"), document(r#"{"a":1}"#)).await.expect("created");
        assert_eq!(store.get(collection, &id("x")).await.expect("there").version, first);
        let second =
            store.replace(collection, &id("x"), first, document(r#"{"a":2}"#)).await.expect("replaced");
        assert_ne!(first, second);
        let stale = store.replace(collection, &id("x"), first, document(r#"{"a":3}"#)).await;
        assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
        assert_eq!(store.get(collection, &id("x")).await.expect("there").version, second);
        assert_eq!(text(store, collection, "x").await, r#"{"id":"x","a":2}"#);
    }
}

async fn only_the_expected_version_is_deleted(store: &dyn Store) {
    for collection in COLLECTIONS.iter().copied() {
        let first = store.create(collection, &id("x"), document("{}")).await.expect("created");
        let second =
            store.replace(collection, &id("x"), first, document(r#"{"a":2}"#)).await.expect("replaced");
        let stale = store.delete(collection, &id("x"), first).await;
        assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
        store.delete(collection, &id("x"), second).await.expect("deleted");
    }
}

async fn versions_are_never_used_again(store: &dyn Store) {
    let first = store.create(Collection::SYNC_JOBS, &id("x"), document("{}")).await.expect("created");
    store.delete(Collection::SYNC_JOBS, &id("x"), first).await.expect("deleted");
    let second = store.create(Collection::SYNC_JOBS, &id("x"), document("{}")).await.expect("created again");
    assert_ne!(first, second);
    let stale = store.replace(Collection::SYNC_JOBS, &id("x"), first, document("{}")).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
}

async fn ids_are_any_text(store: &dyn Store) {
    let long = "é".repeat(256);
    for name in [&*long, "a/b", "a b", "..", "%2F", "\"", "\u{1}", "ключ", "😀", "_doc", "a?b#c"] {
        store.create(Collection::SYNC_JOBS, &id(name), document("{}")).await.expect("created");
        let rendered = document("{}").render(name);
        assert_eq!(text(store, Collection::SYNC_JOBS, name).await, rendered);
    }
}

async fn collections_are_apart(store: &dyn Store) {
    for (collection, number) in COLLECTIONS.iter().copied().zip(1..) {
        assert!(matches!(store.get(collection, &id("x")).await, Err(StoreError::NotFound)), "{collection:?}");
        let text = format!(r#"{{"a":{number}}}"#);
        store.create(collection, &id("x"), document(&text)).await.expect("created");
    }
    for (collection, number) in COLLECTIONS.iter().copied().zip(1..) {
        assert_eq!(text(store, collection, "x").await, format!(r#"{{"id":"x","a":{number}}}"#));
        let listed = store.list(&Query::of(collection), Deadline::NONE).await.expect("listed");
        assert_eq!(listed.count, 1, "{collection:?}");
    }
}

async fn an_index_has_one_live_connector(store: &dyn Store) {
    let all = Collection::CONNECTORS;
    let taken = |result: Result<_, StoreError>, holder: &str| match result {
        Err(StoreError::IndexNameTaken { index_name, connector_id }) => {
            assert_eq!((index_name.as_str(), connector_id.as_str()), ("i", holder));
        }
        other => panic!("the index name was not refused: {other:?}"),
    };
    let held = document(r#"{"index_name":"i"}"#);
    let mut first = store.create(all, &id("one"), held.clone()).await.expect("created");
    taken(store.create(all, &id("two"), held.clone()).await, "one");
    assert!(
        matches!(store.get(all, &id("two")).await, Err(StoreError::NotFound)),
        "a refused create left something"
    );

    // Any number of connectors may have no index, or an empty one.
    let two = store.create(all, &id("two"), document(r#"{"index_name":null}"#)).await.expect("created");
    taken(store.replace(all, &id("two"), two, held.clone()).await, "one");

    // The holder may change without giving its index up; deleting it, softly or not, frees the index.
    first =
        store.replace(all, &id("one"), first, document(r#"{"index_name":"i","x":1}"#)).await.expect("kept");
    first = store
        .replace(all, &id("one"), first, document(r#"{"index_name":"i","deleted":true}"#))
        .await
        .expect("freed");
    let two = store.replace(all, &id("two"), two, held.clone()).await.expect("the index is free");
    taken(store.replace(all, &id("one"), first, held.clone()).await, "two");
    store.delete(all, &id("two"), two).await.expect("deleted");
    store.replace(all, &id("one"), first, held).await.expect("the index is free again");
}

async fn a_change_decides_on_the_latest_state(store: &dyn Store) {
    let now = Timestamp::parse("2026-01-02T03:04:05.000Z").expect("a time");
    let job = id("j");
    store
        .create(Collection::SYNC_JOBS, &job, document(r#"{"status":"pending","x":1.10}"#))
        .await
        .expect("created");
    let claim = |worker: &'static str| move |job: SyncJob| job.claim("j", worker, None, now);
    let outcome = store.change(Collection::SYNC_JOBS, &job, claim("one")).await.expect("claimed");
    assert_eq!(outcome, Outcome::Updated);
    let repeated = store.change(Collection::SYNC_JOBS, &job, claim("one")).await.expect("claimed again");
    assert_eq!(repeated, Outcome::Noop);
    let refused = store.change(Collection::SYNC_JOBS, &job, claim("two")).await;
    assert!(matches!(refused, Err(ChangeError::Refused(Refusal::ClaimedByAnother { .. }))), "{refused:?}");

    let missing = store.change(Collection::CONNECTORS, &job, Ok::<Connector, Refusal>).await;
    assert!(matches!(missing, Err(ChangeError::Refused(Refusal::ConnectorNotFound(_)))), "{missing:?}");
    let loaded: (Document, _) = store.load(Collection::SYNC_JOBS, &job).await.expect("loaded");
    assert!(loaded.0.to_json().contains(r#""x":1.10,"worker_hostname":"one""#), "{}", loaded.0.to_json());
}

async fn a_closed_store_is_unavailable(store: &dyn Store) {
    let jobs = Collection::SYNC_JOBS;
    let version = store.create(jobs, &id("x"), document("{}")).await.expect("created");
    store.close().await.expect("closed");
    let unavailable = |error: Option<StoreError>| matches!(error, Some(StoreError::Unavailable(_)));
    assert!(unavailable(store.get(jobs, &id("x")).await.err()));
    assert!(unavailable(store.create(jobs, &id("y"), document("{}")).await.err()));
    assert!(unavailable(store.replace(jobs, &id("x"), version, document("{}")).await.err()));
    assert!(unavailable(store.delete(jobs, &id("x"), version).await.err()));
    assert!(unavailable(store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.err()));
    assert!(unavailable(store.list(&Query::of(Collection::CONNECTORS), Deadline::NONE).await.err()));
    store.close().await.expect("closing twice is fine");
}
