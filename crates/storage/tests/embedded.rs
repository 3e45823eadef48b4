//! The embedded store fulfils the contract, and preserves acknowledged writes.
#![allow(missing_docs, reason = "a test")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tributary_domain::{Document, Id, Query};
use tributary_storage::{
    BackendSettings, Collection, Deadline, OpenError, Registry, Store, StoreError, StoreExt as _, conformance,
};

async fn open_at(folder: &Path) -> Result<Arc<dyn Store>, OpenError> {
    open_over(folder, &Collection::ALL).await
}

async fn open_over(folder: &Path, collections: &[Collection]) -> Result<Arc<dyn Store>, OpenError> {
    let settings = BackendSettings::default().over(collections);
    Registry::with_built_in().open_with(&format!("embedded:{}", folder.display()), &settings).await
}

async fn fresh(collections: &'static [Collection]) -> Arc<dyn Store> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static ROOT: std::sync::LazyLock<tempfile::TempDir> =
        std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
    let folder = ROOT.path().join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    open_over(&folder, collections).await.unwrap()
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

async fn list(store: &dyn Store) -> Vec<bytes::Bytes> {
    let query = Query::of(Collection::SYNC_JOBS).page(0, 10_000);
    let page = store.list(&query, Deadline::NONE).await.unwrap();
    assert_eq!(page.count, page.documents.len() as u64);
    page.documents.iter().map(bytes::Bytes::copy_from_slice).collect()
}

#[tokio::test]
async fn keeps_every_promise() {
    conformance::check_promises(fresh).await;
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(48, fresh);
}

#[tokio::test]
async fn connectors_that_share_a_transaction_never_share_an_index_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path()).await.unwrap();
    let connector = |number: u32| {
        let text = format!(r#"{{"index_name":"search-{}"}}"#, number % 100);
        (id(&format!("c-{}", number % 250)), Document::parse(&text).unwrap())
    };
    let results = store.create_many(Collection::CONNECTORS, (0..300).map(connector).collect()).await;
    for (number, result) in results.iter().enumerate() {
        match (number, result) {
            (0..100, Ok(_)) | (250.., Err(StoreError::Conflict | StoreError::IndexNameTaken { .. })) => {}
            (100..250, Err(StoreError::IndexNameTaken { index_name, connector_id })) => {
                assert_eq!(
                    (index_name, connector_id),
                    (&format!("search-{}", number % 100), &format!("c-{}", number % 100),)
                );
            }
            (_, other) => panic!("{number}: {other:?}"),
        }
    }
    store.close().await.unwrap();
    let store = open_at(folder.path()).await.unwrap();
    let query = Query::of(Collection::CONNECTORS);
    assert_eq!(store.list(&query, Deadline::NONE).await.unwrap().count, 100);
}

#[tokio::test]
async fn reopening_preserves_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    conformance::check_reopening(|all| async move { open_over(path, all).await.unwrap() }).await;
}

#[tokio::test]
async fn documents_of_another_schema_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    conformance::check_schema_change(|all| async move { open_over(path, all).await.unwrap() }).await;
}

#[tokio::test]
async fn a_folder_can_be_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path()).await.unwrap();
    assert!(matches!(open_at(folder.path()).await, Err(OpenError::Locked(_))));
    store.close().await.unwrap();
    let second = open_at(folder.path()).await.unwrap();
    drop(second);
    open_at(folder.path()).await.unwrap();
}

#[tokio::test]
async fn many_writers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path()).await.unwrap();
    let writers = (0..300).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            store.create(Collection::SYNC_JOBS, &id(&format!("{number}")), Document::default()).await.unwrap()
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    store.close().await.unwrap();
    assert_eq!(list(&*open_at(folder.path()).await.unwrap()).await.len(), 300);
}

#[tokio::test]
async fn an_unwritable_folder_is_named() {
    for place in ["/proc/tributary", "/dev/null/tributary"] {
        let refused = open_at(Path::new(place)).await.unwrap_err().to_string();
        assert!(refused.contains(place), "{refused}");
    }
}
