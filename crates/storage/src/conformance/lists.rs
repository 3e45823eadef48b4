//! Promises about lists.

use tributary_domain::{Connector, Query, SortOrder, connector_fields, sync_job_fields};

use super::promise::{document, id, list_of_promises};
use crate::{Collection, Deadline, Page, Store, StoreExt as _};

list_of_promises![
    nothing_stored_is_an_empty_list,
    oldest_first_and_ids_among_equals_or_the_opposite,
    pages_neither_overlap_nor_skip,
    filters_hold_together,
    a_field_with_several_words_is_found_by_each,
    lists_follow_every_change,
    connectors_are_listed_by_index_name,
    connectors_are_found_by_each_condition,
];

fn ids(page: &Page) -> Vec<String> {
    page.documents
        .iter()
        .map(|rendered| {
            let text = std::str::from_utf8(rendered).expect("JSON is UTF-8");
            serde_id(text).unwrap_or_else(|| panic!("no id in {text}"))
        })
        .collect()
}

fn serde_id(text: &str) -> Option<String> {
    document(text).get_raw("id").map(|id| id.get().trim_matches('"').to_owned())
}

/// All sync jobs, in the order of their creation.
fn all() -> Query {
    Query::of(Collection::SYNC_JOBS)
}

async fn listed(store: &dyn Store, query: &Query) -> (u64, Vec<String>) {
    let page = store.list(query, Deadline::NONE).await.expect("listed");
    (page.count, ids(&page))
}

async fn add(store: &dyn Store, name: &str, text: &str) {
    store.create(Collection::SYNC_JOBS, &id(name), document(text)).await.expect("created");
}

async fn nothing_stored_is_an_empty_list(store: &dyn Store) {
    assert_eq!(listed(store, &all()).await, (0, vec![]));
    assert_eq!(listed(store, &all().any_of(sync_job_fields::STATUS, ["pending"])).await, (0, vec![]));
    assert_eq!(listed(store, &Query::of(Collection::CONNECTORS)).await, (0, vec![]));
}

async fn oldest_first_and_ids_among_equals_or_the_opposite(store: &dyn Store) {
    let stored = [
        ("late", r#"{"created_at":"2026-01-03T00:00:00Z"}"#),
        ("none-b", "{}"),
        ("number", r#"{"created_at":1767225600000}"#),
        ("tie-b", r#"{"created_at":"2026-01-02T00:00:00.000Z"}"#),
        ("tie-B", r#"{"created_at":"2026-01-02T01:00:00+01:00"}"#),
        ("tie-é", r#"{"created_at":"2026-01-02T00:00:00.0009Z"}"#),
        ("tie-a", r#"{"created_at":"2026-01-02"}"#),
        ("several", r#"{"created_at":["2026-01-05T00:00:00Z","2025-12-31T00:00:00Z"]}"#),
        ("none-a", r#"{"created_at":null}"#),
        ("before-1970", r#"{"created_at":"1969-12-31T23:59:59.999Z"}"#),
    ];
    for (name, text) in stored {
        add(store, name, text).await;
    }
    let order =
        ["before-1970", "several", "number", "tie-B", "tie-a", "tie-b", "tie-é", "late", "none-a", "none-b"];
    let mut order = names(&order);
    assert_eq!(listed(store, &all()).await, (10, order.clone()));
    order.reverse();
    let newest_first = all().order.directed(SortOrder::Descending);
    assert_eq!(listed(store, &all().ordered(newest_first)).await, (10, order));
}

async fn pages_neither_overlap_nor_skip(store: &dyn Store) {
    for number in 0..25 {
        // Three per millisecond, stored in an order other than that of the list.
        let name = format!("job-{:02}", number * 7 % 25);
        let second = (number * 7 % 25) / 3;
        add(store, &name, &format!(r#"{{"created_at":"2026-01-01T00:00:0{second}Z"}}"#)).await;
    }
    let mut expected: Vec<String> = (0..25).map(|number| format!("job-{number:02}")).collect();
    for order in [SortOrder::Ascending, SortOrder::Descending] {
        let mut seen = Vec::new();
        for from in (0..30).step_by(4) {
            let query = all().ordered(all().order.directed(order)).page(from, 4);
            let (count, page) = listed(store, &query).await;
            assert_eq!(count, 25, "the count does not depend on the page");
            seen.extend(page);
        }
        assert_eq!(seen, expected, "{order}");
        expected.reverse();
    }
    assert_eq!(listed(store, &all().page(0, 0)).await, (25, vec![]));
    assert_eq!(listed(store, &all().page(10_000, 0)).await, (25, vec![]));
}

async fn filters_hold_together(store: &dyn Store) {
    let mut expected = Vec::new();
    for (number, status) in ["pending", "error", "in_progress"].iter().enumerate() {
        for kind in ["full", "incremental", "access_control"] {
            for connector in ["a", "b"] {
                let name = format!("{number}-{kind}-{connector}");
                let text = format!(
                    r#"{{"created_at":"2026-01-01T00:00:00Z","status":"{status}","job_type":"{kind}","connector":{{"id":"{connector}"}}}}"#
                );
                add(store, &name, &text).await;
                expected.push((name, *status, kind, connector));
            }
        }
    }
    expected.sort_unstable();
    for statuses in [&[][..], &["pending"], &["suspended"]] {
        for kinds in
            [&[][..], &["full"], &["full", "access_control"], &["full", "incremental", "access_control"]]
        {
            for connectors in [&[][..], &["b"], &["a", "b"], &["c"]] {
                let query = all()
                    .any_of(sync_job_fields::STATUS, statuses.iter().copied())
                    .any_of(sync_job_fields::JOB_TYPE, kinds.iter().copied())
                    .any_of(sync_job_fields::CONNECTOR_ID, connectors.iter().copied());
                let fits = |list: &[&str], word: &str| list.is_empty() || list.contains(&word);
                let wanted: Vec<String> = expected
                    .iter()
                    .filter(|(_, status, kind, connector)| {
                        fits(statuses, status) && fits(kinds, kind) && fits(connectors, connector)
                    })
                    .map(|(name, ..)| name.clone())
                    .collect();
                assert_eq!(listed(store, &query).await, (wanted.len() as u64, wanted), "{query:?}");
            }
        }
    }
}

async fn a_field_with_several_words_is_found_by_each(store: &dyn Store) {
    add(store, "list", r#"{"status":["pending","error","pending"],"connector":[{"id":"a"},{"id":"b"}]}"#)
        .await;
    add(store, "number", r#"{"status":7,"connector":{"id":7}}"#).await;
    add(store, "nothing", r#"{"status":null,"connector":null}"#).await;
    for (field, word, expected) in [
        (sync_job_fields::STATUS, "pending", "list"),
        (sync_job_fields::STATUS, "error", "list"),
        (sync_job_fields::CONNECTOR_ID, "b", "list"),
        (sync_job_fields::CONNECTOR_ID, "7", "number"),
        (sync_job_fields::STATUS, "7", "number"),
    ] {
        let query = all().any_of(field, [word]);
        assert_eq!(listed(store, &query).await, (1, vec![expected.to_owned()]), "{query:?}");
    }
    let both = all().any_of(sync_job_fields::STATUS, ["pending", "error"]);
    assert_eq!(listed(store, &both).await, (1, vec!["list".to_owned()]), "one document counts once");
}

async fn lists_follow_every_change(store: &dyn Store) {
    let collection = Collection::SYNC_JOBS;
    let pending = all().any_of(sync_job_fields::STATUS, ["pending"]);
    let first = r#"{"created_at":"2026-01-01T00:00:00Z","status":"pending"}"#;
    let version = store.create(collection, &id("x"), document(first)).await.expect("created");
    add(store, "y", r#"{"created_at":"2026-01-02T00:00:00Z","status":"pending"}"#).await;
    assert_eq!(listed(store, &pending).await, (2, vec!["x".to_owned(), "y".to_owned()]));

    let moved = r#"{"created_at":"2026-01-03T00:00:00Z","status":"pending"}"#;
    let version = store.replace(collection, &id("x"), version, document(moved)).await.expect("replaced");
    assert_eq!(listed(store, &pending).await, (2, vec!["y".to_owned(), "x".to_owned()]));

    let done = r#"{"created_at":"2026-01-03T00:00:00Z","status":"completed"}"#;
    let version = store.replace(collection, &id("x"), version, document(done)).await.expect("replaced");
    assert_eq!(listed(store, &pending).await, (1, vec!["y".to_owned()]));

    store.delete(collection, &id("x"), version).await.expect("deleted");
    assert_eq!(listed(store, &all()).await, (1, vec!["y".to_owned()]));
}

const CONNECTORS: [(&str, &str); 6] = [
    ("c", r#"{"index_name":"beta","name":"Two","service_type":"s3","description":"holds letters"}"#),
    ("b", r#"{"index_name":"alpha","name":"One","service_type":"s3"}"#),
    ("d", r#"{"name":"Three","service_type":"jira"}"#),
    ("a", r#"{"index_name":null,"name":"Four"}"#),
    ("e", r#"{"index_name":"beta","name":"Five","deleted":true}"#),
    ("f", "{}"),
];

async fn add_connectors(store: &dyn Store) {
    for (name, text) in CONNECTORS {
        store.create(Collection::CONNECTORS, &id(name), document(text)).await.expect("created");
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

async fn connectors_are_listed_by_index_name(store: &dyn Store) {
    add_connectors(store).await;
    let all = Query::of(Collection::CONNECTORS);
    let live = all.clone().with(Connector::is_live());
    assert_eq!(listed(store, &live).await, (5, names(&["b", "c", "a", "d", "f"])));
    assert_eq!(listed(store, &all).await, (6, names(&["b", "c", "e", "a", "d", "f"])));
    assert_eq!(listed(store, &live.page(1, 2)).await, (5, names(&["c", "a"])));
}

async fn connectors_are_found_by_each_condition(store: &dyn Store) {
    add_connectors(store).await;
    let live = || Query::of(Collection::CONNECTORS).with(Connector::is_live());
    let contains = |text: &str| live().with(Connector::contains(text));
    let cases = [
        (live().any_of(connector_fields::INDEX_NAME, ["beta", "gamma"]), &["c"][..]),
        (live().any_of(connector_fields::NAME, ["One", "Four"]), &["b", "a"]),
        (live().any_of(connector_fields::SERVICE_TYPE, ["s3"]), &["b", "c"]),
        (contains("et"), &["c"]),
        (contains("ds l"), &["c"]),
        (contains("hre"), &["d"]),
        // There are no wildcards, and the search is case-sensitive.
        (contains("*"), &[]),
        (contains("%"), &[]),
        (contains("T_o"), &[]),
        (contains("two"), &[]),
        (
            live().any_of(connector_fields::SERVICE_TYPE, ["s3"]).any_of(connector_fields::NAME, ["Two"]),
            &["c"],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(listed(store, &query).await, (expected.len() as u64, names(expected)), "{query:?}");
    }
}
