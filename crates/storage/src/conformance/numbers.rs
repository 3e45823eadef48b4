//! Promises about the numbers of many documents.

use futures_util::{StreamExt, TryStreamExt};
use tributary_domain::{Condition, Document, Id, Order, Query, sync_job_fields};

use super::promise::{document, id, list_of_promises};
use super::sample::SAMPLE;
use super::sample::fields::{COLOR, DELAY, DUE_AT, SEEN_AT, SIZE};
use crate::{Collection, Deadline, Numbers, Store, StoreError, StoreExt as _};

list_of_promises![
    each_match_has_a_row_with_its_least_numbers,
    dates_are_exact_at_their_limits,
    small_collections_are_measured,
    many_are_measured_in_portions,
    what_matches_throughout_is_measured_once_while_others_change,
    numbers_of_other_fields_are_refused,
];

/// More documents than one portion has.
const MANY: i64 = 10_500;

/// The numbers of all documents that match, sorted.
pub(super) async fn measured(
    store: &dyn Store,
    query: &Query,
    fields: &[&'static str],
) -> Result<Vec<Vec<Option<i64>>>, StoreError> {
    let portions: Vec<Numbers> = store.numbers(query, fields, Deadline::NONE).try_collect().await?;
    let mut rows: Vec<_> = portions.iter().flat_map(Numbers::rows).map(<[_]>::to_vec).collect();
    rows.sort_unstable();
    Ok(rows)
}

async fn check(store: &dyn Store, query: Query, fields: &[&'static str], expected: &[&[Option<i64>]]) {
    let rows = measured(store, &query, fields).await;
    let rows = rows.unwrap_or_else(|error| panic!("{query:?} of {fields:?}: {error}"));
    assert_eq!(rows, expected, "{query:?} of {fields:?}");
}

async fn each_match_has_a_row_with_its_least_numbers(store: &dyn Store) {
    let all = || Query::of(SAMPLE);
    check(store, all(), &[SIZE], &[]).await;
    for (name, text) in [
        ("a", r#"{"color":"red","due_at":"1969-12-31T23:59:59.999Z","size":-5,"seen":{"at":7}}"#),
        ("b", r#"{"color":"red","due_at":["2026-01-01",3],"size":["11",3.9,"many"]}"#),
        ("c", r#"{"due_at":"soon","seen":[{"at":"1970-01-01T00:00:09Z"},{"at":5}]}"#),
        ("d", r#"{"color":"blue","size":9007199254740993}"#),
    ] {
        store.create(SAMPLE, &id(name), document(text)).await.expect("created");
    }
    let red = all().any_of(COLOR, ["red"]).ordered(Order::by(Some(COLOR))).page(1, 1);
    let sized = all().with(Condition::Range { field: SIZE, from: Some(11), before: Some(12) });
    check(store, red, &[SIZE], &[&[Some(-5)], &[Some(3)]]).await;
    check(store, sized, &[SIZE, DUE_AT], &[&[Some(3), Some(3)]]).await;
    let rows: &[&[_]] = &[
        &[None, None, Some(9_007_199_254_740_993)],
        &[None, Some(5), None],
        &[Some(-1), Some(7), Some(-5)],
        &[Some(3), None, Some(3)],
    ];
    check(store, all(), &[DUE_AT, SEEN_AT, SIZE], rows).await;
    let delays: &[&[_]] =
        &[&[None, None], &[None, Some(3)], &[None, Some(9_007_199_254_740_993)], &[Some(8), Some(-5)]];
    check(store, all(), &[DELAY, SIZE], delays).await;
    check(store, all().any_of(COLOR, ["green"]), &[SIZE], &[]).await;
}

async fn dates_are_exact_at_their_limits(store: &dyn Store) {
    let least = i64::MIN + 1;
    for (name, text) in [
        ("a", format!(r#"{{"due_at":{least}}}"#)),
        ("b", format!(r#"{{"due_at":{}}}"#, i64::MAX)),
        ("c", r#"{"due_at":"1969-12-31T23:59:59.999Z","seen":{"at":"1969-12-31T23:59:58.001Z"}}"#.to_owned()),
    ] {
        store.create(SAMPLE, &id(name), document(&text)).await.expect("created");
    }
    let rows: &[&[_]] = &[&[Some(least), None], &[Some(-1), Some(-1_998)], &[Some(i64::MAX), None]];
    check(store, Query::of(SAMPLE), &[DUE_AT, DELAY], rows).await;
}

async fn small_collections_are_measured(store: &dyn Store) {
    let secrets = Query::of(Collection::SECRETS);
    store.create(Collection::SECRETS, &id("s"), document("{}")).await.expect("created");
    check(store, secrets, &[], &[]).await;
}

fn sized(sizes: std::ops::Range<i64>) -> Vec<(Id, Document)> {
    let sample = |size| (id(&format!("s-{size}")), document(&format!(r#"{{"color":"red","size":{size}}}"#)));
    sizes.map(sample).collect()
}

async fn many_are_measured_in_portions(store: &dyn Store) {
    for result in store.create_many(SAMPLE, sized(0..MANY)).await {
        result.expect("created");
    }
    let expected: Vec<Vec<Option<i64>>> = (0..MANY).map(|size| vec![Some(size)]).collect();
    assert_eq!(measured(store, &Query::of(SAMPLE), &[SIZE]).await.expect("measured"), expected);
}

async fn what_matches_throughout_is_measured_once_while_others_change(store: &dyn Store) {
    for result in store.create_many(SAMPLE, sized(0..MANY)).await {
        result.expect("created");
    }
    let red = Query::of(SAMPLE).any_of(COLOR, ["red"]);
    let mut portions = store.numbers(&red, &[SIZE], Deadline::NONE);
    let mut sizes: Vec<i64> = Vec::new();
    let mut changed = false;
    while let Some(portion) = portions.next().await {
        sizes.extend(portion.expect("a portion").rows().map(|row| row[0].expect("a size")));
        if !std::mem::replace(&mut changed, true) {
            for end in [0, MANY - 20] {
                for (name, _) in sized(end..end + 10) {
                    let version = store.get(SAMPLE, &name).await.expect("there").version;
                    store.delete(SAMPLE, &name, version).await.expect("deleted");
                }
                for (name, _) in sized(end + 10..end + 20) {
                    let version = store.get(SAMPLE, &name).await.expect("there").version;
                    let blue = document(r#"{"color":"blue","size":-1}"#);
                    store.replace(SAMPLE, &name, version, blue).await.expect("replaced");
                }
            }
            for number in 0..20 {
                let blue = document(r#"{"color":"blue","size":-2}"#);
                store.create(SAMPLE, &id(&format!("late-{number}")), blue).await.expect("created");
            }
        }
    }
    sizes.sort_unstable();
    let found = sizes.len();
    sizes.dedup();
    assert_eq!(sizes.len(), found, "a document comes twice");
    assert!(sizes.iter().all(|size| (0..MANY).contains(size)), "a document that does not match is measured");
    let stayed: Vec<i64> = sizes.into_iter().filter(|size| (20..MANY - 20).contains(size)).collect();
    assert_eq!(stayed, (20..MANY - 20).collect::<Vec<_>>());
}

async fn numbers_of_other_fields_are_refused(store: &dyn Store) {
    let jobs = || Query::of(Collection::SYNC_JOBS);
    for (query, field) in [
        (jobs(), sync_job_fields::STATUS),
        (jobs(), "total_document_count"),
        (jobs(), "nothing"),
        (jobs().any_of("nothing", ["x"]), sync_job_fields::CREATED_AT),
    ] {
        let refused = measured(store, &query, &[field]).await;
        assert!(matches!(refused, Err(StoreError::Rejected(_))), "{query:?} of {field}: {refused:?}");
    }
    store.close().await.expect("closed");
    let closed = measured(store, &jobs(), &[sync_job_fields::CREATED_AT]).await;
    assert!(matches!(closed, Err(StoreError::Unavailable(_))), "{closed:?}");
}
