//! Promises about queries: orders and windows, over a collection with a field of every kind.

use tributary_domain::{
    Condition, MissingValues, Order, Query, SortOrder, connector_fields, sync_job_fields,
};

use super::conditions::{fill, found, like, range};
use super::promise::{document, id, list_of_promises};
use super::sample::SAMPLE;
use super::sample::fields::{COLOR, DELAY, DUE_AT, OWNER, SEEN_AT, SIZE};
use crate::{Collection, Deadline, Store, StoreError, StoreExt as _};

list_of_promises![
    lists_are_ordered_by_each_field,
    lists_are_continued_after_a_key,
    what_changes_meanwhile_moves_no_other_document,
    small_collections_answer_the_same_queries,
    what_a_schema_does_not_declare_is_refused,
];

/// The sort orders of the sample, each with all ids in ascending order, and the number of those without a value.
const ORDERS: [(Option<&str>, &str, usize); 7] = [
    (Some(DUE_AT), "abcdefgh", 3),
    (Some(SEEN_AT), "dcabefgh", 6),
    (Some(DELAY), "dcabefgh", 6),
    (Some(SIZE), "acbdefgh", 3),
    (Some(COLOR), "cbagdefh", 4),
    (Some(OWNER), "adcgbefh", 4),
    (None, "abcdefgh", 0),
];

/// The same list in every direction.
fn directions() -> impl Iterator<Item = (Order, String)> {
    let directions = [
        (SortOrder::Ascending, MissingValues::Greatest),
        (SortOrder::Ascending, MissingValues::Last),
        (SortOrder::Descending, MissingValues::Greatest),
        (SortOrder::Descending, MissingValues::Last),
    ];
    ORDERS.into_iter().flat_map(move |(field, ids, missing)| {
        directions.into_iter().map(move |(direction, values)| {
            let reversed = |text: &str| text.chars().rev().collect::<String>();
            let (with, without) = ids.split_at(ids.len() - missing);
            let ids = match (direction, values) {
                (SortOrder::Ascending, _) => ids.to_owned(),
                (SortOrder::Descending, MissingValues::Greatest) => reversed(ids),
                (SortOrder::Descending, MissingValues::Last) => reversed(with) + &reversed(without),
            };
            (Order { field, direction, missing: values }, ids)
        })
    })
}

async fn lists_are_ordered_by_each_field(store: &dyn Store) {
    fill(store).await;
    for (order, ids) in directions() {
        let query = Query::of(SAMPLE).ordered(order);
        assert_eq!(found(store, &query).await, (8, ids.clone()), "{order:?}");
        for from in 0..9_u8 {
            let expected = ids.chars().skip(from.into()).take(3).collect();
            let page = found(store, &query.clone().page(from.into(), 3)).await;
            assert_eq!(page, (8, expected), "{order:?} from {from}");
        }
    }
}

/// Reads a list page by page, each after the previous one, and returns the ids.
async fn walked(store: &dyn Store, query: &Query, size: u32) -> String {
    let mut ids = String::new();
    let mut key = None;
    loop {
        let query = query.clone().after(key, size);
        let (_, page) = found(store, &query).await;
        assert!(!page.is_empty() || ids.is_empty(), "no key leads to an empty page: {query:?}");
        ids.push_str(&page);
        key = store.list(&query, Deadline::NONE).await.expect("listed").next;
        if key.is_none() {
            return ids;
        }
        assert_eq!(page.chars().count(), size as usize, "a page that is not full is the last");
        assert!(ids.len() <= 100, "{query:?} does not end");
    }
}

async fn lists_are_continued_after_a_key(store: &dyn Store) {
    fill(store).await;
    for (order, ids) in directions() {
        let query = Query::of(SAMPLE).ordered(order);
        for size in [1, 3, 8, 100] {
            assert_eq!(walked(store, &query, size).await, ids, "{order:?}, pages of {size}");
        }
        let with_size = query.with(range(SIZE, None, None));
        let expected: String = ids.chars().filter(|id| *id < 'f').collect();
        assert_eq!(walked(store, &with_size, 2).await, expected, "{order:?}");
    }
    let offset = store.list(&Query::of(SAMPLE).page(0, 1), Deadline::NONE).await.expect("listed");
    assert_eq!(offset.next, None, "a page that is counted from the start is not continued");
}

async fn what_changes_meanwhile_moves_no_other_document(store: &dyn Store) {
    fill(store).await;
    let query = Query::of(SAMPLE);
    let first = store.list(&query.clone().after(None, 3), Deadline::NONE).await.expect("listed");
    let key = first.next.expect("more follow");
    assert_eq!(key.id, "c");
    // The last document that was read is deleted, and one is inserted before it.
    let version = store.get(SAMPLE, &id("c")).await.expect("there").version;
    store.delete(SAMPLE, &id("c"), version).await.expect("deleted");
    store.create(SAMPLE, &id("0"), document(r#"{"due_at":1}"#)).await.expect("created");
    store.create(SAMPLE, &id("bb"), document(r#"{"due_at":"2026-01-01"}"#)).await.expect("created");
    assert_eq!(found(store, &query.after(Some(key), 100)).await, (9, "defgh".to_owned()));
}

async fn small_collections_answer_the_same_queries(store: &dyn Store) {
    let connectors = Collection::CONNECTORS;
    for (name, text) in [
        ("a", r#"{"index_name":"i-2","name":"Two","service_type":"s3"}"#),
        ("b", r#"{"index_name":"i-1","name":"One","service_type":"s3","deleted":true}"#),
        ("c", r#"{"name":"Three","service_type":"jira","description":"about two"}"#),
        ("d", "{}"),
    ] {
        store.create(connectors, &id(name), document(text)).await.expect("created");
    }
    let all = Query::of(connectors);
    let descending = all.order.directed(SortOrder::Descending);
    let last = Order { missing: MissingValues::Last, ..descending };
    let cases = [
        (all.clone(), "bacd"),
        (all.clone().ordered(descending), "dcab"),
        (all.clone().ordered(last), "abdc"),
        (all.clone().with(Condition::Exists { field: connector_fields::INDEX_NAME }.negated()), "cd"),
        (all.clone().any_of(connector_fields::SERVICE_TYPE, ["s3"]), "ba"),
        (all.clone().any_of(connector_fields::DELETED, ["true"]), "b"),
        (all.clone().with(Condition::IdLike("?".to_owned())), "bacd"),
        (all.clone().with(Condition::IdLike("b*".to_owned()).negated()), "acd"),
        (
            all.clone().with(Condition::Either(vec![
                Condition::IdLike("b*".to_owned()),
                like(connector_fields::SERVICE_TYPE, "j*"),
            ])),
            "bc",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(found(store, &query).await, (expected.len() as u64, expected.to_owned()), "{query:?}");
        assert_eq!(walked(store, &query, 1).await, expected, "{query:?}");
    }
    for name in ["x", "y"] {
        store.create(Collection::SECRETS, &id(name), document("{}")).await.expect("created");
    }
    let secrets = Query::of(Collection::SECRETS);
    let reversed = secrets.order.directed(SortOrder::Descending);
    assert_eq!(found(store, &secrets).await, (2, "xy".to_owned()));
    assert_eq!(walked(store, &secrets.ordered(reversed), 1).await, "yx");
}

async fn what_a_schema_does_not_declare_is_refused(store: &dyn Store) {
    let jobs = || Query::of(Collection::SYNC_JOBS);
    let wrong = [
        jobs().any_of("nothing", ["x"]),
        jobs().any_of(sync_job_fields::CREATED_AT, ["x"]),
        jobs().ordered(Order::by(Some(sync_job_fields::STATUS))),
        Query::of(Collection::SECRETS).with(Condition::Exists { field: "created_at" }),
        jobs().with(like(sync_job_fields::CREATED_AT, "2026*")),
        jobs().with(Condition::IdLike("*".to_owned())),
    ];
    for query in wrong {
        let listed = store.list(&query, Deadline::NONE).await;
        assert!(matches!(listed, Err(StoreError::Rejected(_))), "{query:?}: {listed:?}");
    }
    let counted = store.count(&jobs(), &[sync_job_fields::CREATED_AT], Deadline::NONE).await;
    assert!(matches!(counted, Err(StoreError::Rejected(_))), "{counted:?}");
}
