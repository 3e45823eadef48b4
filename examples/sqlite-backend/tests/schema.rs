//! A file that was written by another version of the program.
#![allow(missing_docs, reason = "a test")]

use std::path::Path;
use std::sync::Arc;

use tributary_domain::{
    Collection, CollectionSchema, Document, Id, IndexedField, Order, Query, SortOrder, connector_fields,
    sync_job_fields,
};
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{BackendSettings, Deadline, Registry, Store, StoreError, StoreExt as _, Version};

const EARLIER: &CollectionSchema = &CollectionSchema {
    name: "samples",
    fields: &[IndexedField::keyword("color").filtered()],
    ..CollectionSchema::BASE
};
const LATER: &CollectionSchema = &CollectionSchema {
    fields: &[IndexedField::keyword("color").filtered(), IndexedField::number("size").filtered().sorted()],
    order: Some("size"),
    ..*EARLIER
};

async fn open(file: &Path, collections: &[Collection]) -> Arc<dyn Store> {
    let mut registry = Registry::new();
    registry.register(SqliteBackend);
    let settings = BackendSettings::default().over(collections);
    registry.open_with(&format!("sqlite:{}", file.display()), &settings).await.unwrap()
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

async fn ids(store: &dyn Store, query: &Query) -> Result<Vec<String>, StoreError> {
    let page = store.list(query, Deadline::NONE).await?;
    let id = |text: &[u8]| document(std::str::from_utf8(text).unwrap()).id().unwrap();
    Ok(page.documents.iter().map(id).collect())
}

#[tokio::test]
async fn another_schema_is_derived_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.sqlite");
    let (earlier, later) = (Collection::new(EARLIER), Collection::new(LATER));
    let old = open(&file, &[earlier]).await;
    for number in 0..1_200 {
        let text = format!(r#"{{"color":"red","size":{}}}"#, 1_199 - number);
        old.create(earlier, &id(&format!("{number:04}")), document(&text)).await.unwrap();
    }
    assert_eq!(ids(&*old, &Query::of(earlier).page(0, 2)).await.unwrap(), ["0000", "0001"]);
    let version = old.get(earlier, &id("0005")).await.unwrap().version;

    let new = open(&file, &[later, Collection::SECRETS]).await;
    assert_eq!(ids(&*new, &Query::of(later).page(0, 2)).await.unwrap(), ["1199", "1198"]);
    let large = tributary_domain::Condition::Range { field: "size", from: Some(1_198), before: None };
    assert_eq!(ids(&*new, &Query::of(later).with(large)).await.unwrap(), ["0001", "0000"]);
    assert_eq!(new.get(later, &id("0005")).await.unwrap().version, version);

    // The old one would write no sizes.
    for refused in [
        old.create(earlier, &id("x"), document("{}")).await.map(drop),
        ids(&*old, &Query::of(earlier)).await.map(drop),
        old.check(Deadline::NONE).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    new.check(Deadline::NONE).await.unwrap();
    let refused = new.get(Collection::SYNC_JOBS, &id("x")).await;
    assert!(matches!(refused, Err(StoreError::Rejected(_))), "{refused:?}");
}

/// The tables of the first version, with what it would have written.
const FIRST_VERSION: &str = r#"
    CREATE TABLE latest_change (sequence INTEGER NOT NULL) STRICT;
    INSERT INTO latest_change (sequence) VALUES (7);
    CREATE TABLE documents (
        collection TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, rendered TEXT NOT NULL,
        order_number INTEGER NOT NULL, order_text TEXT NOT NULL, is_deleted INTEGER NOT NULL,
        held_index_name TEXT UNIQUE, PRIMARY KEY (collection, id)
    ) STRICT;
    CREATE INDEX documents_in_order ON documents (collection, order_number, order_text, id);
    CREATE TABLE words (
        collection TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, word TEXT NOT NULL,
        PRIMARY KEY (collection, id, field, word)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX words_in_order ON words (collection, field, word, id);
    INSERT INTO documents VALUES
        ('connectors', 'c', 3, '{"id":"c","index_name":"search-c"}', 0, 'search-c', 0, 'search-c'),
        ('sync_jobs', 'a', 4, '{"id":"a","status":"pending","created_at":5}', 5, '', 0, NULL),
        ('sync_jobs', 'b', 6, '{"id":"b","status":"pending","created_at":9}', 9, '', 0, NULL),
        ('secrets', 's', 5, '{"id":"s","value":"1.10"}', 0, '', 0, NULL);
    PRAGMA application_id = 0x54726962;
    PRAGMA user_version = 1;
"#;

#[tokio::test]
async fn a_file_of_the_first_version_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("first.sqlite");
    rusqlite::Connection::open(&file).unwrap().execute_batch(FIRST_VERSION).unwrap();
    let (one, two) = tokio::join!(open(&file, &Collection::ALL), open(&file, &Collection::ALL));
    let pending = Query::of(Collection::SYNC_JOBS).any_of(sync_job_fields::STATUS, ["pending"]);
    let newest_first =
        pending.ordered(Order::by(Some(sync_job_fields::CREATED_AT)).directed(SortOrder::Descending));
    let named = Query::of(Collection::CONNECTORS).any_of(connector_fields::INDEX_NAME, ["search-c"]);
    for store in [&*one, &*two] {
        assert_eq!(ids(store, &newest_first).await.unwrap(), ["b", "a"]);
        assert_eq!(ids(store, &named).await.unwrap(), ["c"]);
        let secret = store.get(Collection::SECRETS, &id("s")).await.unwrap();
        assert_eq!(secret.document, r#"{"id":"s","value":"1.10"}"#);
        assert_eq!(secret.version.sequence, 5);
    }
    let taken = one.create(Collection::CONNECTORS, &id("d"), document(r#"{"index_name":"search-c"}"#)).await;
    assert!(matches!(taken, Err(StoreError::IndexNameTaken { .. })), "{taken:?}");
    let version = one.create(Collection::CONNECTORS, &id("d"), document("{}")).await.unwrap();
    assert_eq!(version, Version { sequence: 8, term: 0 });
}
