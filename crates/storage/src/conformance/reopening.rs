//! Tests that a persistent store has the same content after it was closed and opened again.

use std::sync::Arc;

use tributary_domain::{Collection, Query, sync_job_fields};

use super::promise::{document, id};
use super::sample::COLLECTIONS;
use crate::{Deadline, Page, Store, StoreError, StoreExt as _, Version};

const CONNECTORS: Collection = Collection::CONNECTORS;
const JOBS: Collection = Collection::SYNC_JOBS;
const SECRETS: Collection = Collection::SECRETS;

/// What was known of the documents before the store was closed.
#[derive(Debug, PartialEq)]
struct Known {
    jobs: (u64, Vec<String>),
    pending: (u64, Vec<String>),
    connectors: (u64, Vec<String>),
    secret: String,
    versions: [Version; 3],
}

/// Fills a store, closes it, opens it again and compares. For persistent backends: `open` must open the same, initially
/// empty store with each call.
///
/// # Panics
/// If something is lost or changed, or a version is reused.
pub async fn check_reopening<F>(open: impl Fn(&'static [Collection]) -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    let store = open(COLLECTIONS).await;
    let empty = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed");
    assert_eq!(empty.count, 0, "the place for check_reopening has to be empty at the start");
    fill(&*store).await;
    let before = look(&*store).await;
    let gone = store.create(JOBS, &id("gone"), document("{}")).await.expect("created");
    store.delete(JOBS, &id("gone"), gone).await.expect("deleted");
    store.close().await.expect("closed");
    drop(store);

    let store = open(COLLECTIONS).await;
    assert_eq!(look(&*store).await, before, "after opening again (left) it is not as before (right)");
    let stays_gone = store.get(JOBS, &id("gone")).await;
    assert!(matches!(stays_gone, Err(StoreError::NotFound)), "a deleted document is back: {stays_gone:?}");
    let again = store.create(JOBS, &id("gone"), document("{}")).await.expect("created again");
    assert_ne!(again, gone, "a version of before is given again");
    let taken = store.create(CONNECTORS, &id("other"), document(r#"{"index_name":"i"}"#)).await;
    assert!(matches!(taken, Err(StoreError::IndexNameTaken { .. })), "the index was free: {taken:?}");
    let [changed, ..] = before.versions;
    store.replace(JOBS, &id("changed"), changed, document("{}")).await.expect("a version of before holds");
    store.close().await.expect("closed");
}

async fn fill(store: &dyn Store) {
    let job = |number: u32| {
        let status = ["pending", "error"][(number % 2) as usize];
        let text = format!(
            r#"{{"z":1.10,"status":"{status}","created_at":"2026-01-01T00:00:{:02}Z","a":[1e400,-0,{{}}],"n":null}}"#,
            number * 7 % 60
        );
        (id(&format!("ключ \"{number}\"")), document(&text))
    };
    for result in store.create_many(JOBS, (0..200).map(job).collect()).await {
        result.expect("created");
    }
    let first =
        store.create(JOBS, &id("changed"), document(r#"{"status":"pending"}"#)).await.expect("created");
    store.replace(JOBS, &id("changed"), first, document(r#"{"status":"error"}"#)).await.expect("replaced");
    store.create(SECRETS, &id("secret"), document(r#"{"z":1.10}"#)).await.expect("created");
    for (name, text) in [
        ("holder", r#"{"index_name":"i","name":"Holder"}"#),
        ("former", r#"{"index_name":"i","deleted":true}"#),
        ("free", r#"{"index_name":null}"#),
    ] {
        store.create(CONNECTORS, &id(name), document(text)).await.expect("created");
    }
}

async fn look(store: &dyn Store) -> Known {
    let texts = |page: Page| {
        let text = |document: &[u8]| String::from_utf8_lossy(document).into_owned();
        (page.count, page.documents.iter().map(text).collect::<Vec<_>>())
    };
    let jobs = Query::of(JOBS).page(0, 1_000);
    let pending = jobs.clone().any_of(sync_job_fields::STATUS, ["pending"]);
    let listed = async |query: &Query| texts(store.list(query, Deadline::NONE).await.expect("listed"));
    let secret = store.get(SECRETS, &id("secret")).await.expect("there");
    Known {
        jobs: listed(&jobs).await,
        pending: listed(&pending).await,
        connectors: listed(&Query::of(CONNECTORS)).await,
        secret: String::from_utf8_lossy(&secret.document).into_owned(),
        versions: [
            store.get(JOBS, &id("changed")).await.expect("there").version,
            store.get(CONNECTORS, &id("holder")).await.expect("there").version,
            secret.version,
        ],
    }
}
