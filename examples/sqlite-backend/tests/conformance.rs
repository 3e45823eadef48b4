//! The store keeps the contract: the public suite, over a file of its own for every check.
#![allow(missing_docs, reason = "a test")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use tributary_domain::Collection;
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{BackendSettings, Registry, Store, conformance};

async fn open(file: &Path, collections: &[Collection]) -> Arc<dyn Store> {
    let mut registry = Registry::new();
    registry.register(SqliteBackend);
    let settings = BackendSettings::default().over(collections);
    registry.open_with(&format!("sqlite:{}", file.display()), &settings).await.unwrap()
}

async fn open_fresh(collections: &'static [Collection]) -> Arc<dyn Store> {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("{}.sqlite", NUMBER.fetch_add(1, Ordering::Relaxed));
    open(&FOLDER.path().join(name), collections).await
}

#[tokio::test]
async fn keeps_every_promise() {
    conformance::check_promises(open_fresh).await;
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(64, open_fresh);
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tributary.sqlite");
    conformance::check_reopening(|collections| open(&file, collections)).await;
}

#[tokio::test]
async fn new_fields_find_what_was_stored_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tributary.sqlite");
    conformance::check_schema_change(|collections| open(&file, collections)).await;
}

#[tokio::test]
async fn each_process_hears_what_the_others_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tributary.sqlite");
    conformance::check_two_instances(|collections| open(&file, collections)).await;
}
