//! The store keeps the contract: the public suite, over a file of its own for every check.
#![allow(missing_docs, reason = "a test")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{Registry, Store, conformance};

async fn open_fresh() -> Arc<dyn Store> {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let file = FOLDER.path().join(format!("{}.sqlite", NUMBER.fetch_add(1, Ordering::Relaxed)));
    let mut registry = Registry::new();
    registry.register(SqliteBackend);
    registry.open(&format!("sqlite:{}", file.display())).await.unwrap()
}

#[tokio::test]
async fn keeps_every_promise() {
    conformance::check_promises(open_fresh).await;
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(64, open_fresh);
}
