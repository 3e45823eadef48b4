//! The store keeps the contract: the public suite, over a file of its own for every check.
#![allow(missing_docs, reason = "a test")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{Registry, Store, conformance};

async fn open(file: &Path) -> Arc<dyn Store> {
    let mut registry = Registry::new();
    registry.register(SqliteBackend);
    registry.open(&format!("sqlite:{}", file.display())).await.unwrap()
}

async fn open_fresh() -> Arc<dyn Store> {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    open(&FOLDER.path().join(format!("{}.sqlite", NUMBER.fetch_add(1, Ordering::Relaxed)))).await
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
    conformance::check_reopening(|| open(&file)).await;
}
