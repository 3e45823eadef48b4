//! Promises about lists.

use tributary_domain::{ConnectorQuery, FilterField, SortOrder, SyncJobQuery};

use super::{document, id, list_of_promises};
use crate::{Collection, Page, Store, StoreExt as _};

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

async fn jobs(store: &dyn Store, query: &SyncJobQuery) -> (u64, Vec<String>) {
    let page = store.list_sync_jobs(query).await.expect("listed");
    (page.count, ids(&page))
}

async fn add(store: &dyn Store, name: &str, text: &str) {
    store.create(Collection::SyncJobs, &id(name), document(text)).await.expect("created");
}

async fn nothing_stored_is_an_empty_list(store: &dyn Store) {
    let filtered = SyncJobQuery::default().with(FilterField::Status, ["pending".to_owned()]);
    assert_eq!(jobs(store, &SyncJobQuery::default()).await, (0, vec![]));
    assert_eq!(jobs(store, &filtered).await, (0, vec![]));
    let connectors =
        store.list_connectors(&ConnectorQuery { size: 10, ..Default::default() }).await.expect("listed");
    assert_eq!((connectors.count, connectors.documents.len()), (0, 0));
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
    assert_eq!(jobs(store, &SyncJobQuery::default()).await, (10, order.clone()));
    order.reverse();
    let newest_first = SyncJobQuery { order: SortOrder::Descending, ..Default::default() };
    assert_eq!(jobs(store, &newest_first).await, (10, order));
}

async fn pages_neither_overlap_nor_skip(store: &dyn Store) {
    for number in 0..25 {
        // Three to a millisecond, stored in an order that is not that of the list.
        let name = format!("job-{:02}", number * 7 % 25);
        let second = (number * 7 % 25) / 3;
        add(store, &name, &format!(r#"{{"created_at":"2026-01-01T00:00:0{second}Z"}}"#)).await;
    }
    let mut all: Vec<String> = (0..25).map(|number| format!("job-{number:02}")).collect();
    for order in [SortOrder::Ascending, SortOrder::Descending] {
        let mut seen = Vec::new();
        for from in (0..30).step_by(4) {
            let (count, page) =
                jobs(store, &SyncJobQuery { from, size: 4, order, ..Default::default() }).await;
            assert_eq!(count, 25, "the count does not depend on the page");
            seen.extend(page);
        }
        assert_eq!(seen, all, "{order}");
        all.reverse();
    }
    assert_eq!(jobs(store, &SyncJobQuery { size: 0, ..Default::default() }).await, (25, vec![]));
    assert_eq!(
        jobs(store, &SyncJobQuery { from: 10_000, size: 0, ..Default::default() }).await,
        (25, vec![])
    );
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
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for statuses in [&[][..], &["pending"], &["suspended"]] {
        for kinds in
            [&[][..], &["full"], &["full", "access_control"], &["full", "incremental", "access_control"]]
        {
            for connectors in [&[][..], &["b"], &["a", "b"], &["c"]] {
                let query = SyncJobQuery::default()
                    .with(FilterField::Status, words(statuses))
                    .with(FilterField::JobType, words(kinds))
                    .with(FilterField::ConnectorId, words(connectors));
                let fits = |list: &[&str], word: &str| list.is_empty() || list.contains(&word);
                let wanted: Vec<String> = expected
                    .iter()
                    .filter(|(_, status, kind, connector)| {
                        fits(statuses, status) && fits(kinds, kind) && fits(connectors, connector)
                    })
                    .map(|(name, ..)| name.clone())
                    .collect();
                assert_eq!(jobs(store, &query).await, (wanted.len() as u64, wanted), "{query:?}");
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
        (FilterField::Status, "pending", "list"),
        (FilterField::Status, "error", "list"),
        (FilterField::ConnectorId, "b", "list"),
        (FilterField::ConnectorId, "7", "number"),
        (FilterField::Status, "7", "number"),
    ] {
        let query = SyncJobQuery::default().with(field, [word.to_owned()]);
        assert_eq!(jobs(store, &query).await, (1, vec![expected.to_owned()]), "{query:?}");
    }
    let both = SyncJobQuery::default().with(FilterField::Status, ["pending".to_owned(), "error".to_owned()]);
    assert_eq!(jobs(store, &both).await, (1, vec!["list".to_owned()]), "one document counts once");
}

async fn lists_follow_every_change(store: &dyn Store) {
    let collection = Collection::SyncJobs;
    let pending = SyncJobQuery::default().with(FilterField::Status, ["pending".to_owned()]);
    let first = r#"{"created_at":"2026-01-01T00:00:00Z","status":"pending"}"#;
    let version = store.create(collection, &id("x"), document(first)).await.expect("created");
    add(store, "y", r#"{"created_at":"2026-01-02T00:00:00Z","status":"pending"}"#).await;
    assert_eq!(jobs(store, &pending).await, (2, vec!["x".to_owned(), "y".to_owned()]));

    let moved = r#"{"created_at":"2026-01-03T00:00:00Z","status":"pending"}"#;
    let version = store.replace(collection, &id("x"), version, document(moved)).await.expect("replaced");
    assert_eq!(jobs(store, &pending).await, (2, vec!["y".to_owned(), "x".to_owned()]));

    let done = r#"{"created_at":"2026-01-03T00:00:00Z","status":"completed"}"#;
    let version = store.replace(collection, &id("x"), version, document(done)).await.expect("replaced");
    assert_eq!(jobs(store, &pending).await, (1, vec!["y".to_owned()]));

    store.delete(collection, &id("x"), version).await.expect("deleted");
    assert_eq!(jobs(store, &SyncJobQuery::default()).await, (1, vec!["y".to_owned()]));
}

const CONNECTORS: [(&str, &str); 6] = [
    ("c", r#"{"index_name":"beta","name":"Two","service_type":"s3","description":"holds letters"}"#),
    ("b", r#"{"index_name":"alpha","name":"One","service_type":"s3"}"#),
    ("d", r#"{"name":"Three","service_type":"jira"}"#),
    ("a", r#"{"index_name":null,"name":"Four"}"#),
    ("e", r#"{"index_name":"beta","name":"Five","deleted":true}"#),
    ("f", "{}"),
];

async fn connectors(store: &dyn Store, query: ConnectorQuery) -> (u64, Vec<String>) {
    let query = ConnectorQuery { size: if query.size == 0 { 100 } else { query.size }, ..query };
    let page = store.list_connectors(&query).await.expect("listed");
    (page.count, ids(&page))
}

async fn add_connectors(store: &dyn Store) {
    for (name, text) in CONNECTORS {
        store.create(Collection::Connectors, &id(name), document(text)).await.expect("created");
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

async fn connectors_are_listed_by_index_name(store: &dyn Store) {
    add_connectors(store).await;
    let live = connectors(store, ConnectorQuery::default()).await;
    assert_eq!(live, (5, names(&["b", "c", "a", "d", "f"])));
    let all = connectors(store, ConnectorQuery { include_deleted: true, ..Default::default() }).await;
    assert_eq!(all, (6, names(&["b", "c", "e", "a", "d", "f"])));
    let page = connectors(store, ConnectorQuery { from: 1, size: 2, ..Default::default() }).await;
    assert_eq!(page, (5, names(&["c", "a"])));
}

async fn connectors_are_found_by_each_condition(store: &dyn Store) {
    add_connectors(store).await;
    let cases = [
        (ConnectorQuery { index_names: names(&["beta", "gamma"]), ..Default::default() }, &["c"][..]),
        (ConnectorQuery { names: names(&["One", "Four"]), ..Default::default() }, &["b", "a"]),
        (ConnectorQuery { service_types: names(&["s3"]), ..Default::default() }, &["b", "c"]),
        (ConnectorQuery { text: Some("et".into()), ..Default::default() }, &["c"]),
        (ConnectorQuery { text: Some("ds l".into()), ..Default::default() }, &["c"]),
        (ConnectorQuery { text: Some("hre".into()), ..Default::default() }, &["d"]),
        // No character stands for others, and letters are what they are.
        (ConnectorQuery { text: Some("*".into()), ..Default::default() }, &[]),
        (ConnectorQuery { text: Some("%".into()), ..Default::default() }, &[]),
        (ConnectorQuery { text: Some("T_o".into()), ..Default::default() }, &[]),
        (ConnectorQuery { text: Some("two".into()), ..Default::default() }, &[]),
        (
            ConnectorQuery { service_types: names(&["s3"]), names: names(&["Two"]), ..Default::default() },
            &["c"],
        ),
    ];
    for (query, expected) in cases {
        let described = format!("{query:?}");
        let found = connectors(store, query).await;
        assert_eq!(found, (expected.len() as u64, names(expected)), "{described}");
    }
}
