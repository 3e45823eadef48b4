//! Existing indices, created and filled by other programs.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use tributary_domain::{
    Condition, Connector, Document, Id, MissingValues, Order, Query, SortOrder, sync_job_fields,
};
use tributary_engines::{Endpoint, Indices};
use tributary_storage::{
    Collection, Deadline, MemoryStore, Numbers, OpenError, Store, StoreError, StoreExt as _,
};

use crate::{open, server};

const JOBS: &str = ".elastic-connectors-sync-jobs-v1";
const CONNECTORS: &str = ".elastic-connectors-v1";
const ALIAS: &str = ".elastic-connectors-sync-jobs";

/// Jobs as others write them: with missing, unusual and unknown fields, and without the id in the source.
const ODD_JOBS: &[(&str, &str)] = &[
    (
        "a",
        r#"{"created_at":"2026-01-02T00:00:00.000Z","status":"pending","job_type":"full","connector":{"id":"c"}}"#,
    ),
    (
        "d",
        r#"{"created_at":"2026-01-02T00:00:00Z","status":["pending","error"],"connector":{"id":["c","e"]}}"#,
    ),
    ("b", r#"{"status":"error","job_type":"incremental","worker":{"pid":[1,2]}}"#),
    (
        "c",
        r#"{"created_at":"2026-01-01T00:00:00.123456Z","status":null,"connector":null,"metadata":{"x":1.10}}"#,
    ),
    ("e", "{}"),
    (
        "f",
        r#"{"created_at":"2026-01-03T00:00:00+01:00","status":"Pending","connector":{"id":"c","extra":true}}"#,
    ),
];
const ODD_CONNECTORS: &[(&str, &str)] = &[
    ("c", r#"{"index_name":"taken","name":"first"}"#),
    ("d", r#"{"index_name":null,"name":"second","deleted":true}"#),
    ("e", r#"{"service_type":"s3"}"#),
];

/// Writes documents directly to an index.
fn fill<'a>(server: &Endpoint, index: &str, documents: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut lines = String::new();
    for (id, document) in documents {
        let _ = writeln!(lines, "{}\n{document}", json!({ "create": { "_id": id } }));
    }
    let answer = server.send("POST", &format!("/{index}/_bulk?refresh=true"), lines).unwrap();
    assert_eq!(answer["errors"], false, "{answer}");
}

fn make(server: &Endpoint, index: &str, body: &Value) {
    server.send("PUT", &format!("/{index}"), body.to_string()).unwrap();
}

/// An index that was created implicitly by the first document, with several shards.
fn dynamic() -> Value {
    json!({ "settings": { "number_of_shards": 3, "number_of_replicas": 0 } })
}

fn with_properties(properties: &Value) -> Value {
    json!({ "mappings": { "dynamic": false, "properties": properties } })
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

async fn listed(store: &dyn Store, query: &Query) -> (u64, Vec<String>) {
    let page = store.list(query, Deadline::NONE).await.unwrap();
    (
        page.count,
        page.documents.iter().map(|document| String::from_utf8(document.to_vec()).unwrap()).collect(),
    )
}

fn jobs() -> Query {
    Query::of(Collection::SYNC_JOBS)
}

fn by(field: &'static str, word: &str) -> Query {
    jobs().any_of(field, [word])
}

pub(crate) async fn works_as_it_is(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let (jobs_index, connectors_index) = (format!("{prefix}{JOBS}"), format!("{prefix}{CONNECTORS}"));
    make(server, &jobs_index, &dynamic());
    make(server, &connectors_index, &dynamic());
    fill(server, &jobs_index, ODD_JOBS.iter().copied());
    fill(server, &connectors_index, ODD_CONNECTORS.iter().copied());
    let store = open(server, &prefix).await.unwrap();

    // A reference store with the same documents.
    let model = MemoryStore::default();
    for (collection, documents) in
        [(Collection::SYNC_JOBS, ODD_JOBS), (Collection::CONNECTORS, ODD_CONNECTORS)]
    {
        for (name, text) in documents {
            model.create(collection, &id(name), Document::parse(text).unwrap()).await.unwrap();
        }
    }
    let filters = [
        jobs(),
        by(sync_job_fields::STATUS, "pending"),
        by(sync_job_fields::STATUS, "error"),
        by(sync_job_fields::JOB_TYPE, "full"),
        by(sync_job_fields::CONNECTOR_ID, "c"),
        by(sync_job_fields::CONNECTOR_ID, "e").any_of(sync_job_fields::STATUS, ["error"]),
    ];
    for filter in filters {
        for (from, size) in [(0, 100), (0, 2), (1, 2), (3, 1), (5, 5)] {
            for order in [SortOrder::Ascending, SortOrder::Descending] {
                let query = filter.clone().ordered(filter.order.directed(order)).page(from, size);
                assert_eq!(listed(&*store, &query).await, listed(&model, &query).await, "{query:?}");
            }
        }
    }
    let connectors = Query::of(Collection::CONNECTORS).page(0, 10);
    for query in [connectors.clone(), connectors.with(Connector::is_live())] {
        assert_eq!(listed(&*store, &query).await, listed(&model, &query).await, "{query:?}");
    }

    // They can be changed like any other, and keep their index names.
    let stored = store.get(Collection::SYNC_JOBS, &id("a")).await.unwrap();
    let next = Document::parse(r#"{"status":"canceled"}"#).unwrap();
    store.replace(Collection::SYNC_JOBS, &id("a"), stored.version, next).await.unwrap();
    assert_eq!(
        listed(&*store, &by(sync_job_fields::STATUS, "canceled")).await.1,
        [r#"{"id":"a","status":"canceled"}"#]
    );
    let rival = Document::parse(r#"{"index_name":"taken"}"#).unwrap();
    match store.create(Collection::CONNECTORS, &id("rival"), rival).await {
        Err(StoreError::IndexNameTaken { connector_id, .. }) => assert_eq!(connector_id, "c"),
        other => panic!("{other:?}"),
    }
    let aliases = server.send("GET", &format!("/{jobs_index}/_alias"), "").unwrap();
    assert!(aliases[&jobs_index]["aliases"].get(format!("{prefix}{ALIAS}")).is_some(), "{aliases}");
}

pub(crate) async fn pages_of_one_moment(backend: &str) {
    const SAME: u32 = 2_500;
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    make(server, &index, &dynamic());
    let job = |created_at: &str| format!(r#"{{"created_at":"{created_at}","status":"pending"}}"#);
    // All at the same time, one before it, one after it and some without a time.
    let mut stored: Vec<(String, String)> = (0..SAME)
        .map(|number| (format!("same-{:05}", number * 7 % SAME), job("2026-01-02T03:04:05.678Z")))
        .collect();
    stored.push(("before".to_owned(), job("2026-01-02T03:04:05.677Z")));
    stored.push(("after".to_owned(), job("2026-01-02T03:04:05.679Z")));
    stored
        .extend((0..5).rev().map(|number| (format!("none-{number}"), r#"{"status":"pending"}"#.to_owned())));
    fill(server, &index, stored.iter().map(|(id, document)| (id.as_str(), document.as_str())));
    let store = open(server, &prefix).await.unwrap();

    let mut expected = vec!["before".to_owned()];
    expected.extend((0..SAME).map(|number| format!("same-{number:05}")));
    expected.push("after".to_owned());
    expected.extend((0..5).map(|number| format!("none-{number}")));
    let from_newest = jobs().ordered(jobs().order.directed(SortOrder::Descending));
    for (filter, size) in [(jobs(), 99), (by(sync_job_fields::STATUS, "pending"), 1_000), (from_newest, 333)]
    {
        if filter.order.direction == SortOrder::Descending {
            expected.reverse();
        }
        assert_eq!(ids_in_pages(&*store, &filter, size, expected.len()).await, expected);
        assert_eq!(ids_after_keys(&*store, &filter, size, expected.len()).await, expected);
    }
}

/// The ids of a list that is read in pages.
async fn ids_in_pages(store: &dyn Store, query: &Query, size: u32, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let from = u32::try_from(seen.len()).unwrap();
        let page = store.list(&query.clone().page(from, size), Deadline::NONE).await.unwrap();
        assert_eq!(page.count, count as u64);
        if page.documents.is_empty() {
            return seen;
        }
        seen.extend(page.documents.iter().map(id_of));
    }
}

/// The ids of a list that is read in pages, each after the previous one.
async fn ids_after_keys(store: &dyn Store, query: &Query, size: u32, count: usize) -> Vec<String> {
    let (mut seen, mut key) = (Vec::new(), None);
    loop {
        let page = store.list(&query.clone().after(key, size), Deadline::NONE).await.unwrap();
        assert_eq!(page.count, count as u64);
        seen.extend(page.documents.iter().map(id_of));
        key = page.next;
        if key.is_none() {
            return seen;
        }
    }
}

fn id_of(document: &[u8]) -> String {
    let document: Value = serde_json::from_slice(document).unwrap();
    document["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn fields_are_added(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    make(server, &index, &with_properties(&json!({ "created_at": { "type": "date" } })));
    // One has a shape in which the new field cannot be indexed: it is listed nevertheless.
    let odd = r#"{"created_at":"2026-01-02T00:00:00Z","status":{"is":"pending"}}"#;
    let right = r#"{"created_at":"2026-01-01T00:00:00Z","status":"pending","connector":{"id":"c"}}"#;
    fill(server, &index, [("odd", odd), ("right", right)]);
    let store = open(server, &prefix).await.unwrap();
    let rendered = right.replacen('{', r#"{"id":"right","#, 1);
    assert_eq!(listed(&*store, &by(sync_job_fields::STATUS, "pending")).await, (1, vec![rendered.clone()]));
    assert_eq!(listed(&*store, &by(sync_job_fields::CONNECTOR_ID, "c")).await, (1, vec![rendered]));
    assert_eq!(listed(&*store, &jobs()).await.0, 2);
}

pub(crate) async fn upgrade_is_finished(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    let keyword = json!({ "type": "keyword" });
    let connector = json!({ "properties": { "id": keyword } });
    make(
        server,
        &index,
        &with_properties(
            &json!({ "created_at": { "type": "date" }, "job_type": keyword, "connector": connector }),
        ),
    );
    fill(server, &index, [("old", r#"{"created_at":"2026-01-02T00:00:00Z","status":"pending"}"#)]);
    // The upgrading process was interrupted here.
    let mapping = json!({
        "_meta": { "tributary_writes_again": true, "of_somebody_else": "kept" },
        "properties": { "status": keyword },
    });
    server.send("PUT", &format!("/{index}/_mapping"), mapping.to_string()).unwrap();
    let store = open(server, &prefix).await.unwrap();
    assert_eq!(listed(&*store, &by(sync_job_fields::STATUS, "pending")).await.0, 1);
    let described = server.send("GET", &format!("/{index}/_mapping"), "").unwrap();
    let meta = &described[&index]["mappings"]["_meta"];
    assert_eq!((&meta["of_somebody_else"], meta.get("tributary_writes_again")), (&json!("kept"), None));
}

/// Fields that only newer queries use, in mappings that these cannot use.
pub(crate) async fn other_fields_are_rejected_by_name(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    let date = json!({ "type": "date", "ignore_malformed": true });
    make(
        server,
        &index,
        &with_properties(&json!({
            "created_at": date,
            "completed_at": { "type": "keyword" },
            "started_at": date,
            "error": { "type": "text" },
            "indexed_document_count": { "type": "integer" },
        })),
    );
    let job =
        r#"{"created_at":5,"started_at":6,"completed_at":7,"error":"no space","indexed_document_count":3}"#;
    fill(server, &index, [("a", job)]);
    let store = open(server, &prefix).await.unwrap();
    assert_eq!(listed(&*store, &jobs()).await.0, 1);
    assert_eq!(listed(&*store, &by(sync_job_fields::STATUS, "error")).await.0, 0);
    let started = Condition::Range { field: sync_job_fields::STARTED_AT, from: Some(6), before: Some(7) };
    assert_eq!(listed(&*store, &jobs().with(started)).await.0, 1);
    let contains = Condition::Contains { fields: vec![sync_job_fields::ERROR], text: "space".to_owned() };
    let in_order_of = |field| jobs().ordered(Order::by(Some(field)));
    for (query, field, mapping) in [
        (jobs().with(contains.negated()), "[error]", "text"),
        (in_order_of(sync_job_fields::COMPLETED_AT), "[completed_at]", "keyword"),
        (in_order_of(sync_job_fields::DURATION), "[completed_at]", "keyword"),
    ] {
        let rejected = store.list(&query, Deadline::NONE).await;
        let Err(StoreError::Rejected(reason)) = rejected else { panic!("{query:?}: {rejected:?}") };
        let parts = [&*format!("[{index}]"), field, mapping, "reindex"];
        assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
    }
    let measured = store.numbers(&jobs(), &[sync_job_fields::DURATION], Deadline::NONE);
    let measured: Result<Vec<Numbers>, StoreError> = measured.try_collect().await;
    assert!(matches!(measured, Err(StoreError::Rejected(_))), "{measured:?}");
    let numbers = [sync_job_fields::STARTED_AT, sync_job_fields::INDEXED_DOCUMENT_COUNT];
    let rows: Vec<Numbers> = store.numbers(&jobs(), &numbers, Deadline::NONE).try_collect().await.unwrap();
    assert_eq!(rows[0].rows().collect::<Vec<_>>(), [[Some(6), Some(3)]]);
}

/// Whole numbers in each type of number, which lists are sorted by.
pub(crate) async fn numbers_of_each_type_sort(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    for name in ["long", "integer"] {
        let prefix = indices.fresh_prefix();
        let index = format!("{prefix}{JOBS}");
        let count = json!({ "type": name, "ignore_malformed": true });
        make(server, &index, &with_properties(&json!({ "indexed_document_count": count })));
        let job = |count: &str| format!(r#"{{"indexed_document_count":{count}}}"#);
        let stored = [
            ("a", job("5")),
            ("b", job("-7")),
            ("c", "{}".to_owned()),
            ("d", job("[9,-1]")),
            ("e", job("5")),
            ("f", job("0")),
            ("g", job("null")),
        ];
        fill(server, &index, stored.iter().map(|(id, document)| (*id, document.as_str())));
        let store = open(server, &prefix).await.unwrap();
        for (direction, missing, expected) in [
            (SortOrder::Ascending, MissingValues::Greatest, "bdfaecg"),
            (SortOrder::Descending, MissingValues::Greatest, "gceafdb"),
            (SortOrder::Descending, MissingValues::Last, "eafdbgc"),
        ] {
            let order = Order { field: Some(sync_job_fields::INDEXED_DOCUMENT_COUNT), direction, missing };
            let query = jobs().ordered(order);
            for size in [1, 3, 7] {
                assert_eq!(
                    ids_in_pages(&*store, &query, size, 7).await.concat(),
                    expected,
                    "{name} {order:?}"
                );
                assert_eq!(
                    ids_after_keys(&*store, &query, size, 7).await.concat(),
                    expected,
                    "{name} {order:?}"
                );
            }
        }
    }
}

/// More documents than can be indexed by a new field while a client waits: what does not use it is answered meanwhile.
pub(crate) async fn new_fields_of_a_large_index_are_indexed_in_the_background(backend: &str) {
    const JOBS_STORED: usize = 20_000;
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    let keyword = json!({ "type": "keyword" });
    make(
        server,
        &index,
        &with_properties(&json!({
            "created_at": { "type": "date", "ignore_malformed": true },
            "status": keyword,
            "job_type": keyword,
            "connector": { "properties": { "id": keyword } },
        })),
    );
    let job = |number| format!(r#"{{"created_at":{number},"status":"error","error":"number {number}"}}"#);
    let stored: Vec<(String, String)> =
        (0..JOBS_STORED).map(|number| (format!("job-{number}"), job(number))).collect();
    for stored in stored.chunks(5_000) {
        fill(server, &index, stored.iter().map(|(id, document)| (id.as_str(), document.as_str())));
    }
    let store = open(server, &prefix).await.unwrap();
    let soon = Deadline::NONE.within(std::time::Duration::from_millis(1));
    let contains = Condition::Contains { fields: vec![sync_job_fields::ERROR], text: "number 77".to_owned() };
    let query = jobs().with(contains);
    let unfinished = store.list(&query, soon).await;
    assert!(matches!(unfinished, Err(StoreError::Unavailable(_))), "{unfinished:?}");
    assert_eq!(listed(&*store, &by(sync_job_fields::STATUS, "error").page(0, 1)).await.0, JOBS_STORED as u64);
    assert_eq!(listed(&*store, &query.page(0, 1)).await.0, 111);
}

pub(crate) async fn unsuitable_is_named(backend: &str) {
    let Some(server) = server(backend) else { return };
    let cases = [
        (json!({ "created_at": { "type": "text" } }), "[created_at]", "[date]"),
        (json!({ "connector": { "type": "object", "enabled": false } }), "[connector]", "[object]"),
        (json!({ "connector": { "type": "keyword" } }), "[connector]", "[object]"),
    ];
    let indices = Indices::new(server);
    for (properties, field, wanted) in cases {
        let prefix = indices.fresh_prefix();
        let index = format!("{prefix}{JOBS}");
        make(server, &index, &with_properties(&properties));
        match open(server, &prefix).await {
            Err(OpenError::Unsuitable(reason)) => {
                let parts = [&format!("[{index}]"), field, wanted];
                assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}
