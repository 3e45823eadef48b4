//! Promises about counts of documents grouped by keywords.

use tributary_domain::{Query, connector_fields, sync_job_fields};

use super::promise::{document, id, list_of_promises};
use super::sample::SAMPLE;
use super::sample::fields::{COLOR, IS_LARGE, OWNER};
use crate::{Collection, Counts, Deadline, Store, StoreExt as _};

list_of_promises![
    nothing_stored_is_counted_as_nothing,
    documents_are_counted_by_their_words,
    each_of_many_words_has_its_count,
    small_collections_are_counted,
];

async fn count(store: &dyn Store, query: &Query, by: &[&'static str]) -> Counts {
    store
        .count(query, by, Deadline::NONE)
        .await
        .unwrap_or_else(|error| panic!("{query:?} by {by:?}: {error}"))
}

/// Counts in the notation below: `-` stands for documents without a value.
fn counts(total: u64, groups: &[(&[&str], u64)]) -> Counts {
    let word = |word: &&str| (*word != "-").then(|| (*word).to_owned());
    Counts {
        total,
        groups: groups.iter().map(|(words, count)| (words.iter().map(word).collect(), *count)).collect(),
    }
}

async fn nothing_stored_is_counted_as_nothing(store: &dyn Store) {
    for collection in [Collection::SYNC_JOBS, Collection::CONNECTORS, SAMPLE] {
        assert_eq!(count(store, &Query::of(collection), &[]).await, Counts::default());
    }
    assert_eq!(count(store, &Query::of(SAMPLE), &[COLOR, OWNER]).await, Counts::default());
}

async fn documents_are_counted_by_their_words(store: &dyn Store) {
    for (name, text) in [
        ("a", r#"{"color":"red","owner":{"name":"ann"}}"#),
        ("b", r#"{"color":["red","blue","red"],"is_large":true}"#),
        ("c", r#"{"color":"red","owner":[{"name":"ann"},{"name":"bo"}]}"#),
        ("d", r#"{"owner":{"name":"bo"}}"#),
        ("e", "{}"),
    ] {
        store.create(SAMPLE, &id(name), document(text)).await.expect("created");
    }
    let all = Query::of(SAMPLE).page(3, 1);
    let red = all.clone().any_of(COLOR, ["red"]);
    assert_eq!(count(store, &all, &[]).await, counts(5, &[]));
    assert_eq!(count(store, &all, &[COLOR]).await, counts(5, &[(&["red"], 3), (&["blue"], 1), (&["-"], 2)]));
    assert_eq!(count(store, &all, &[IS_LARGE]).await, counts(5, &[(&["true"], 1), (&["-"], 4)]));
    assert_eq!(count(store, &red, &[OWNER]).await, counts(3, &[(&["ann"], 2), (&["bo"], 1), (&["-"], 1)]));
    let both: &[(&[&str], u64)] = &[
        (&["red", "ann"], 2),
        (&["red", "bo"], 1),
        (&["red", "-"], 1),
        (&["blue", "-"], 1),
        (&["-", "bo"], 1),
        (&["-", "-"], 1),
    ];
    assert_eq!(count(store, &all, &[COLOR, OWNER]).await, counts(5, both));
    let nobody = all.any_of(OWNER, ["nobody"]);
    assert_eq!(count(store, &nobody, &[COLOR]).await, counts(0, &[]));
}

async fn each_of_many_words_has_its_count(store: &dyn Store) {
    let job = |number: u32| {
        let status = ["pending", "error"][(number % 2) as usize];
        let text = format!(r#"{{"connector":{{"id":"c-{}"}},"status":"{status}"}}"#, number % 1_200);
        (id(&format!("job-{number}")), document(&text))
    };
    for result in store.create_many(Collection::SYNC_JOBS, (0..1_500).map(job).collect()).await {
        result.expect("created");
    }
    let by = [sync_job_fields::CONNECTOR_ID, sync_job_fields::STATUS];
    let counted = count(store, &Query::of(Collection::SYNC_JOBS), &by).await;
    assert_eq!((counted.total, counted.groups.len()), (1_500, 1_200));
    let group = |connector: &str, status: &str| {
        counted.groups.get(&vec![Some(connector.to_owned()), Some(status.to_owned())]).copied()
    };
    assert_eq!(
        (group("c-0", "pending"), group("c-299", "error"), group("c-300", "pending")),
        (Some(2), Some(2), Some(1))
    );
    assert_eq!(group("c-0", "error"), None);
}

async fn small_collections_are_counted(store: &dyn Store) {
    for (name, text) in [("a", r#"{"service_type":"s3"}"#), ("b", r#"{"deleted":true}"#)] {
        store.create(Collection::CONNECTORS, &id(name), document(text)).await.expect("created");
    }
    let all = Query::of(Collection::CONNECTORS);
    assert_eq!(count(store, &all, &[]).await, counts(2, &[]));
    let with_type = all.any_of(connector_fields::SERVICE_TYPE, ["s3"]);
    assert_eq!(count(store, &with_type, &[]).await, counts(1, &[]));
}
