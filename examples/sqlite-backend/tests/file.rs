//! The file: what stays in it, who else may use it, and what is said where it cannot be used.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tributary_domain::{Collection, Document, Id, Query};
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{
    Action, BackendSettings, Deadline, LastValues, OpenError, Operation, Page, Registry, Store, StoreError,
    StoreExt as _,
};

/// Longer than any change takes to be told.
const LONG: Duration = Duration::from_mins(1);

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

async fn list_jobs(store: &dyn Store) -> Result<Page, StoreError> {
    store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await
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
        async move { store.create(Collection::CONNECTORS, &id(&format!("{racer}")), wanted).await }
    });
    let results = join_all(racers).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let refused = |result: &&Result<_, _>| matches!(result, Err(StoreError::IndexNameTaken { .. }));
    assert_eq!(results.iter().filter(refused).count(), 19, "{results:?}");
    let winner = id(&results.iter().position(Result::is_ok).unwrap().to_string());
    for store in &stores {
        assert!(store.get(Collection::CONNECTORS, &winner).await.is_ok(), "each sees what the other wrote");
    }
}

#[tokio::test]
async fn a_file_that_others_hold_is_unavailable_until_they_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("held.sqlite");
    let store = open_with(&file, "50").await.unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let jobs = Collection::SYNC_JOBS;
    let refused = store.create(jobs, &id("x"), document("{}")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = store.create_many(jobs, vec![(id("x"), document("{}")), (id("y"), document("{}"))]).await;
    assert!(
        matches!(refused[..], [Err(StoreError::Unavailable(_)), Err(StoreError::Unavailable(_))]),
        "{refused:?}"
    );
    assert_eq!(list_jobs(&*store).await.unwrap().count, 0, "reading goes on");
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
    newer.pragma_update(None, "user_version", 3).unwrap();
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
    assert!(store.create_many(Collection::SYNC_JOBS, many.collect()).await.iter().all(Result::is_ok));
    store.close().await.unwrap();
    let mut content = fs::read(&file).unwrap();
    let length = content.len();
    content[8_192..length].fill(0x5a);
    fs::write(&file, content).unwrap();
    let error = match open(&file).await {
        Ok(store) => list_jobs(&*store).await.unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(error.contains("malformed"), "{error}");
}

#[tokio::test]
async fn the_deadline_of_a_call_ends_its_wait() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("held.sqlite");
    let store = open_with(&file, "60000").await.unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let create = Operation { id: id("x"), action: Action::Create(document("{}")) };
    let write = || {
        let soon = Deadline::NONE.within(Duration::from_millis(50));
        store.write(Collection::SYNC_JOBS, vec![create.clone()], soon)
    };
    let start = Instant::now();
    // One waits for the other process, one for the connection.
    for refused in join_all([write(), write()]).await {
        assert!(matches!(refused[..], [Err(StoreError::Unavailable(_))]), "{refused:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    other.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test]
async fn changes_of_other_processes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("watched.sqlite");
    let (store, other) = (open(&file).await.unwrap(), open(&file).await.unwrap());
    let start = store.changes(None, Deadline::NONE).await.unwrap().position;
    let wait = async {
        let told = store.changes(Some(start.clone()), Deadline::NONE.within(LONG)).await.unwrap();
        (told, Instant::now())
    };
    let change = async {
        // Long enough that the other one waits already.
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.create(Collection::SECRETS, &id("x"), document("{}")).await.unwrap();
        Instant::now()
    };
    let ((told, heard), made) = tokio::join!(wait, change);
    // Two seconds are promised; the rest is for a busy machine.
    assert!(heard.saturating_duration_since(made) < Duration::from_secs(4));
    assert_eq!((told.changed, told.is_complete), (vec![(Collection::SECRETS, id("x"))], true));
    let now =
        other.changes(Some(told.position.clone()), Deadline::NONE.within(Duration::ZERO)).await.unwrap();
    assert_eq!((now.changed, now.position), (vec![], told.position), "both mean the same positions");
    let elsewhere = open(&folder.path().join("elsewhere.sqlite")).await.unwrap();
    assert!(!elsewhere.changes(Some(start.clone()), Deadline::NONE.within(LONG)).await.unwrap().is_complete);
}

#[tokio::test]
async fn a_file_whose_deletions_had_no_values_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.sqlite");
    let jobs = Collection::SYNC_JOBS;
    let store = open(&file).await.unwrap();
    let start = store.changes(None, Deadline::NONE).await.unwrap().position;
    for name in ["before", "after"] {
        store.create(jobs, &id(name), document(r#"{"status":"pending"}"#)).await.unwrap();
    }
    store.remove_all(jobs, &[id("before")]).await.unwrap();
    store.close().await.unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("ALTER TABLE deletions DROP COLUMN last_values").unwrap();
    let store = open(&file).await.unwrap();
    store.remove_all(jobs, &[id("after")]).await.unwrap();
    let deleted = store.changes(Some(start), Deadline::NONE.within(LONG)).await.unwrap().deleted;
    let deleted = ["before", "after"].map(|name| deleted[&(jobs, id(name))].clone());
    assert_eq!(deleted, [None, LastValues::of(jobs, r#"{"status":"pending"}"#)]);
}

#[tokio::test]
async fn deletions_are_told_until_they_are_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deletions.sqlite");
    let store = open(&file).await.unwrap();
    let version = store.create(Collection::SECRETS, &id("x"), document("{}")).await.unwrap();
    let start = store.changes(None, Deadline::NONE).await.unwrap().position;
    store.delete(Collection::SECRETS, &id("x"), version).await.unwrap();
    let told = store.changes(Some(start.clone()), Deadline::NONE.within(LONG)).await.unwrap();
    assert_eq!((told.changed, told.is_complete), (vec![(Collection::SECRETS, id("x"))], true));

    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("UPDATE store SET latest_sequence = latest_sequence + 65536").unwrap();
    assert!(!store.changes(Some(start.clone()), Deadline::NONE.within(LONG)).await.unwrap().is_complete);
    assert!(
        store
            .changes(Some(told.position.clone()), Deadline::NONE.within(Duration::ZERO))
            .await
            .unwrap()
            .is_complete
    );
    let version = store.create(Collection::SECRETS, &id("y"), document("{}")).await.unwrap();
    store.delete(Collection::SECRETS, &id("y"), version).await.unwrap();
    let kept: i64 = other.query_row("SELECT count(*) FROM deletions", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 1, "the first one is forgotten");
}
