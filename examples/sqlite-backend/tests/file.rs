//! The file: what stays in it, who else may use it, and what is said where it cannot be used.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use tributary_domain::{Document, Id, SyncJobQuery};
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{BackendSettings, Collection, OpenError, Registry, Store, StoreError, StoreExt as _};

async fn open_with(file: &Path, busy_timeout: &str) -> Result<Arc<dyn Store>, OpenError> {
    let mut registry = Registry::new();
    registry.register(SqliteBackend);
    let settings = BackendSettings::default().with("busy_timeout_ms", busy_timeout);
    registry.open_with(&format!("sqlite:{}", file.display()), &settings).await
}

async fn open(file: &Path) -> Result<Arc<dyn Store>, OpenError> {
    open_with(file, "5000").await
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

#[tokio::test]
async fn two_stores_over_one_file_are_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shared.sqlite");
    // Both find a new file, and make the tables once.
    let (one, two) = tokio::join!(open(&file), open(&file));
    let stores = [one.unwrap(), two.unwrap()];
    let wanted = document(r#"{"index_name":"i"}"#);
    let racers = (0..20).map(|racer| {
        let (store, wanted) = (Arc::clone(&stores[racer % 2]), wanted.clone());
        async move { store.create(Collection::Connectors, &id(&format!("{racer}")), wanted).await }
    });
    let results = join_all(racers).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let refused = |result: &&Result<_, _>| matches!(result, Err(StoreError::IndexNameTaken { .. }));
    assert_eq!(results.iter().filter(refused).count(), 19, "{results:?}");
    let winner = id(&results.iter().position(Result::is_ok).unwrap().to_string());
    for store in &stores {
        assert!(store.get(Collection::Connectors, &winner).await.is_ok(), "each sees what the other wrote");
    }
}

#[tokio::test]
async fn a_file_that_others_hold_is_unavailable_until_they_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("held.sqlite");
    let store = open_with(&file, "50").await.unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let jobs = Collection::SyncJobs;
    let refused = store.create(jobs, &id("x"), document("{}")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = store.create_many(jobs, vec![(id("x"), document("{}")), (id("y"), document("{}"))]).await;
    assert!(
        matches!(refused[..], [Err(StoreError::Unavailable(_)), Err(StoreError::Unavailable(_))]),
        "{refused:?}"
    );
    assert_eq!(store.list_sync_jobs(&SyncJobQuery::default()).await.unwrap().count, 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    store.create(jobs, &id("x"), document("{}")).await.unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("notes.txt"), "not a database, but long enough to look like one: ".repeat(40)).unwrap();
    let other = rusqlite::Connection::open(path("other.sqlite")).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(open(&path("newer.sqlite")).await.unwrap());
    let newer = rusqlite::Connection::open(path("newer.sqlite")).unwrap();
    newer.pragma_update(None, "user_version", 2).unwrap();
    for (file, expected) in [
        (path("notes.txt"), "notes.txt is no SQLite file"),
        (path("other.sqlite"), "other.sqlite belongs to another program"),
        (path("newer.sqlite"), "newer.sqlite was written by another version of this program"),
        (path("missing/a.sqlite"), "its folder does not exist"),
        (path(""), "it is a folder, not a file"),
        (Path::new("/proc/a.sqlite").to_owned(), "no permission to read and write the file"),
        (Path::new("").to_owned(), "the path of a file is needed"),
        (Path::new(":memory:").to_owned(), "the path of a file is needed"),
    ] {
        let reason = open(&file).await.unwrap_err().to_string();
        assert!(reason.contains(expected), "{}: {reason}", file.display());
    }
    for wrong in ["0", "-1", "soon", "3600001"] {
        let reason = open_with(&path("a.sqlite"), wrong).await.unwrap_err().to_string();
        assert!(reason.contains("[busy_timeout_ms]") && reason.contains("from 1 to 3600000"), "{reason}");
    }
}

#[tokio::test]
async fn damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.sqlite");
    let store = open(&file).await.unwrap();
    let many = (0..2_000).map(|number| (id(&format!("{number}")), document(r#"{"status":"pending"}"#)));
    assert!(store.create_many(Collection::SyncJobs, many.collect()).await.iter().all(Result::is_ok));
    store.close().await.unwrap();
    let mut content = fs::read(&file).unwrap();
    let length = content.len();
    content[8_192..length].fill(0x5a);
    fs::write(&file, content).unwrap();
    let error = match open(&file).await {
        Ok(store) => store.list_sync_jobs(&SyncJobQuery::default()).await.unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(error.contains("malformed"), "{error}");
}
