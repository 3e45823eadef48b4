//! The embedded store keeps the contract, and keeps what it acknowledged.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tributary_domain::{Document, Id, SyncJobQuery};
use tributary_storage::{Collection, OpenError, Registry, Store, conformance};

async fn open_at(folder: &Path) -> Result<Arc<dyn Store>, OpenError> {
    Registry::with_built_in().open(&format!("embedded:{}", folder.display())).await
}

async fn fresh() -> Arc<dyn Store> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static ROOT: std::sync::LazyLock<tempfile::TempDir> =
        std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
    let folder = ROOT.path().join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    open_at(&folder).await.unwrap()
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

const STRANGE: &str =
    r#"{"z":1.10,"n":null,"a":[1e400,123456789012345678901234567890,{}],"status":"pending"}"#;

/// Stores `count` documents of odd shapes and answers the whole list.
async fn fill(store: &dyn Store, count: u32) -> Vec<bytes::Bytes> {
    for number in 0..count {
        let text =
            STRANGE.replacen('{', &format!(r#"{{"created_at":"2026-01-01T00:00:{:02}Z","#, number % 60), 1);
        let job = Document::parse(&text).unwrap();
        store.create(Collection::SyncJobs, &id(&format!("ключ \"{number}\"")), job).await.unwrap();
    }
    list(store).await
}

async fn list(store: &dyn Store) -> Vec<bytes::Bytes> {
    let page = store.list_sync_jobs(&SyncJobQuery { size: 10_000, ..Default::default() }).await.unwrap();
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
async fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path()).await.unwrap();
    let before = fill(&*store, 200).await;
    let gone = store.create(Collection::SyncJobs, &id("gone"), Document::default()).await.unwrap();
    store.delete(Collection::SyncJobs, &id("gone"), gone).await.unwrap();
    let kept =
        store.create(Collection::Connectors, &id("c"), Document::parse(STRANGE).unwrap()).await.unwrap();
    store.close().await.unwrap();

    let store = open_at(folder.path()).await.unwrap();
    assert_eq!(list(&*store).await, before);
    let connector = store.get(Collection::Connectors, &id("c")).await.unwrap();
    assert_eq!(connector.version, kept, "versions go on");
    assert_eq!(connector.document, Document::parse(STRANGE).unwrap().render("c"));
    let again = store.create(Collection::SyncJobs, &id("gone"), Document::default()).await.unwrap();
    assert_ne!(again, gone, "a version is never used again");
}

#[tokio::test]
async fn a_folder_belongs_to_one() {
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
            store.create(Collection::SyncJobs, &id(&format!("{number}")), Document::default()).await.unwrap()
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    store.close().await.unwrap();
    assert_eq!(list(&*open_at(folder.path()).await.unwrap()).await.len(), 300);
}

fn copy(from: &Path, to: &Path) -> Vec<PathBuf> {
    fs::create_dir_all(to).unwrap();
    let files = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| {
            let copied = to.join(file.file_name().unwrap());
            fs::copy(&file, &copied).unwrap();
            copied
        })
        .collect()
}

/// Whatever happens to the files, the store opens with everything, or says what is wrong.
#[tokio::test]
async fn damage_is_told_and_nothing_is_lost_in_silence() {
    let original = tempfile::tempdir().unwrap();
    let store = open_at(original.path()).await.unwrap();
    let before = fill(&*store, 300).await;
    store.close().await.unwrap();
    drop(store);

    let scratch = tempfile::tempdir().unwrap();
    let mut seed: u64 = 0x5eed;
    let mut told = 0;
    for round in 0..120_u32 {
        let folder = scratch.path().join(round.to_string());
        let files = copy(original.path(), &folder);
        let file = files.iter().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap();
        let mut content = fs::read(file).unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(seed >> 16).unwrap() % content.len();
        match round % 10 {
            0 => content.truncate(place),
            1 => {
                let end = (place + 4_096).min(content.len());
                content[place..end].fill(0);
            }
            _ => content[place] ^= 1 << (round % 8),
        }
        fs::write(file, content).unwrap();
        match open_at(&folder).await {
            Ok(store) => assert_eq!(list(&*store).await, before, "round {round}, byte {place}"),
            Err(OpenError::Damaged { folder: named, .. }) => {
                told += 1;
                assert!(named.contains(&folder.display().to_string()), "{named}");
            }
            Err(other) => panic!("round {round}, byte {place}: {other}"),
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    assert!(told > 0, "no damage was seen");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    for place in ["/proc/tributary", "/dev/null/tributary"] {
        let refused = open_at(Path::new(place)).await.unwrap_err().to_string();
        assert!(refused.contains(place), "{refused}");
    }
}
