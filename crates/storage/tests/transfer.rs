//! Transfers between stores: what is copied, what is refused, and what is reported.
#![allow(missing_docs, reason = "a test")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tributary_domain::{Document, Id, Query};
use tributary_storage::transfer::{
    COLLECTIONS, Progress, Reason, Stage, Tally, TargetMode, TransferError, Verdict, copy, export, import,
};
use tributary_storage::{
    Changes, Collection, Counts, Deadline, MemoryStore, Numbers, Operation, Page, Position, Store,
    StoreError, StoreExt as _, Stored, Version, Versioned,
};

fn id(id: &str) -> Id {
    Id::parse("id", id).unwrap()
}

async fn put(store: &dyn Store, collection: Collection, name: &str, text: &str) {
    store.create(collection, &id(name), Document::parse(text).unwrap()).await.unwrap();
}

/// All documents of a store as text, in order.
async fn content(store: &dyn Store) -> Vec<String> {
    let mut content = Vec::new();
    for collection in COLLECTIONS {
        for stored in store.scan(collection, Deadline::NONE).try_concat().await.unwrap() {
            content.push(format!("{collection:?} {}", String::from_utf8_lossy(&stored.document)));
        }
    }
    content.sort();
    content
}

async fn odd_store() -> MemoryStore {
    let store = MemoryStore::default();
    let connectors = [
        ("plain", r#"{"index_name":"search-a","unknown":{"z":1.10,"a":[1e400,-0.0]}}"#),
        ("deleted", r#"{"index_name":"search-a","deleted":true}"#),
        ("with/slash and \"quotes\"", r#"{"n":123456789012345678901234567890}"#),
        ("é", "{}"),
    ];
    for (name, text) in connectors {
        put(&store, Collection::CONNECTORS, name, text).await;
    }
    let jobs = [
        ("own-id-first", r#"{"id":"other","a":1}"#),
        ("own-id-later", r#"{"a":1,"id":"other","b":null}"#),
        ("spread", "{\"a\":{\n  \"b\" : \"c  d\"\r\n},\"\\u0065\":\"\\u00e9\"}"),
        ("empty", "{}"),
    ];
    for (name, text) in jobs {
        put(&store, Collection::SYNC_JOBS, name, text).await;
    }
    for number in 0..1_500 {
        put(&store, Collection::SYNC_JOBS, &format!("job-{number}"), &format!(r#"{{"n":{number}.0}}"#)).await;
    }
    put(&store, Collection::SECRETS, "secret", r#"{"ciphertext":"AAEC"}"#).await;
    store
}

#[tokio::test]
async fn a_copy_is_exact_and_reports_progress() {
    let source = odd_store().await;
    let target = MemoryStore::default();
    let stages = Mutex::new(Vec::new());
    let observer = |progress: Progress| {
        assert!(progress.total.is_none_or(|total| progress.done <= total), "{progress:?}");
        stages.lock().unwrap().push(progress.stage);
    };
    let report = copy(&source, &target, TargetMode::Empty, &observer).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Same);
    assert_eq!(content(&target).await, content(&source).await);
    assert_eq!(report.parts.map(|part| part.created.count), [4, 1_504, 1, 0]);
    assert_eq!(report.parts.map(|part| part.source), report.parts.map(|part| part.target));
    let mut stages = stages.into_inner().unwrap();
    stages.dedup();
    let expected = [
        Stage::Copying(Collection::CONNECTORS),
        Stage::Copying(Collection::SYNC_JOBS),
        Stage::Copying(Collection::SECRETS),
        Stage::Comparing(Collection::CONNECTORS),
        Stage::Comparing(Collection::SYNC_JOBS),
        Stage::Comparing(Collection::SECRETS),
        Stage::Comparing(Collection::API_KEYS),
    ];
    assert_eq!(stages, expected);
}

#[tokio::test]
async fn an_export_is_a_bulk_body_that_can_be_imported() {
    let source = odd_store().await;
    let mut lines = Vec::new();
    let exported = export(&source, &mut lines, &|_| {}).await.unwrap();
    let text = String::from_utf8(lines.clone()).unwrap();
    assert_eq!(text.lines().count(), 2 * 1_509);
    let first = |name: &str| {
        let found = text.lines().position(|line| line.contains(name)).unwrap();
        text.lines().skip(found).take(2).collect::<Vec<_>>().join("\n")
    };
    let cases = [
        (
            "plain",
            "{\"create\":{\"_index\":\".elastic-connectors-v1\",\"_id\":\"plain\"}}\n{\"index_name\":\"search-a\",\"unknown\":{\"z\":1.10,\"a\":[1e400,-0.0]}}",
        ),
        (
            "own-id-later",
            "{\"create\":{\"_index\":\".elastic-connectors-sync-jobs-v1\",\"_id\":\"own-id-later\"}}\n{\"a\":1,\"id\":\"own-id-later\",\"b\":null}",
        ),
        (
            "own-id-first",
            "{\"create\":{\"_index\":\".elastic-connectors-sync-jobs-v1\",\"_id\":\"own-id-first\"}}\n{\"a\":1}",
        ),
        (
            "spread",
            "{\"create\":{\"_index\":\".elastic-connectors-sync-jobs-v1\",\"_id\":\"spread\"}}\n{\"a\":{\"b\":\"c  d\"},\"e\":\"\\u00e9\"}",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(first(name), expected);
    }
    let target = MemoryStore::default();
    let imported =
        import(std::io::Cursor::new(lines), None, &target, TargetMode::Empty, &|_| {}).await.unwrap();
    assert_eq!(imported.verdict(), Verdict::Same);
    let targets = imported.report.parts.map(|part| part.target);
    assert_eq!(targets, exported);
    let compact = copy(&source, &target, TargetMode::Resume, &|_| {}).await.unwrap();
    assert_eq!(compact.verdict(), Verdict::Same, "blanks between tokens are no difference");
    assert_eq!(compact.parts.map(|part| part.present.count), [4, 1_504, 1, 0]);
}

#[tokio::test]
async fn a_nonempty_target_is_refused_before_any_write() {
    let source = odd_store().await;
    for (collection, text) in [
        (Collection::CONNECTORS, r#"{"deleted":true}"#),
        (Collection::CONNECTORS, "{}"),
        (Collection::SYNC_JOBS, "{}"),
        (Collection::SECRETS, "{}"),
    ] {
        let target = MemoryStore::default();
        put(&target, collection, "there", text).await;
        let before = content(&target).await;
        let error = copy(&source, &target, TargetMode::Empty, &|_| {}).await.unwrap_err();
        assert!(matches!(error, TransferError::NotEmpty(held) if held.iter().sum::<u64>() == 1));
        let error = import(&b"{}"[..], None, &target, TargetMode::Empty, &|_| {}).await.unwrap_err();
        assert!(matches!(error, TransferError::NotEmpty(_)));
        let error = copy(&source, &target, TargetMode::Resume, &|_| {}).await.unwrap_err();
        assert!(error.to_string().contains("[there], which is not in the source"), "{error}");
        assert_eq!(content(&target).await, before);
    }
    let target = MemoryStore::default();
    put(&target, Collection::SYNC_JOBS, "job-7", r#"{"n":7.00}"#).await;
    let error = copy(&source, &target, TargetMode::Resume, &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("[job-7], which is another in the source"), "{error}");
    assert_eq!(content(&target).await.len(), 1);
}

#[tokio::test]
async fn merging_keeps_existing_documents() {
    let source = odd_store().await;
    let target = MemoryStore::default();
    put(&target, Collection::SYNC_JOBS, "mine", r#"{"mine":1}"#).await;
    put(&target, Collection::SYNC_JOBS, "job-1", r#"{"n":1.0}"#).await;
    let report = copy(&source, &target, TargetMode::Merge, &|_| {}).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Merged);
    assert_eq!(report.parts.map(|part| part.present.count), [0, 1, 0, 0]);
    assert_eq!(content(&target).await.len(), content(&source).await.len() + 1);

    let target = MemoryStore::default();
    put(&target, Collection::SYNC_JOBS, "job-1", r#"{"n":1.00}"#).await;
    put(&target, Collection::CONNECTORS, "mine", r#"{"index_name":"search-a"}"#).await;
    let report = copy(&source, &target, TargetMode::Merge, &|_| {}).await.unwrap();
    assert_eq!(report.left_out, 2);
    let reasons: Vec<(&str, &Reason)> =
        report.examples.iter().map(|example| (example.id.as_str(), &example.reason)).collect();
    let taken = Reason::IndexNameTaken { index_name: "search-a".into(), connector_id: "mine".into() };
    assert_eq!(reasons, [("plain", &taken), ("job-1", &Reason::Differs)]);
    let Verdict::Different(words) = report.verdict() else { panic!("{report:?}") };
    assert_eq!(words, ["2 documents were left out"]);
    let job = target.get(Collection::SYNC_JOBS, &id("job-1")).await.unwrap();
    assert_eq!(job.document, r#"{"id":"job-1","n":1.00}"#);
}

#[tokio::test]
async fn an_interrupted_copy_can_be_resumed() {
    let source = odd_store().await;
    let target = MemoryStore::default();
    put(
        &target,
        Collection::CONNECTORS,
        "plain",
        r#"{"index_name":"search-a","unknown":{"z":1.10,"a":[1e400,-0.0]}}"#,
    )
    .await;
    for number in (0..1_500).step_by(7) {
        let text = format!(r#"{{"n":{number}.0}}"#);
        put(&target, Collection::SYNC_JOBS, &format!("job-{number}"), &text).await;
    }
    let report = copy(&source, &target, TargetMode::Resume, &|_| {}).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Same);
    assert_eq!(report.parts.map(|part| part.present.count), [1, 215, 0, 0]);
    assert_eq!(content(&target).await, content(&source).await);
}

#[tokio::test]
async fn an_interrupted_import_can_be_resumed_and_detects_foreign_documents() {
    let source = odd_store().await;
    let mut lines = Vec::new();
    export(&source, &mut lines, &|_| {}).await.unwrap();
    let target = MemoryStore::default();
    put(&target, Collection::SYNC_JOBS, "job-1", r#"{"n":1.0}"#).await;
    let again = async || {
        import(std::io::Cursor::new(lines.clone()), None, &target, TargetMode::Resume, &|_| {}).await.unwrap()
    };
    assert_eq!(again().await.verdict(), Verdict::Same);
    assert_eq!(again().await.verdict(), Verdict::Same);
    put(&target, Collection::SYNC_JOBS, "foreign", "{}").await;
    let Verdict::Different(words) = again().await.verdict() else { panic!("not noticed") };
    assert_eq!(words, ["the target holds 1 sync jobs that are not in the source"]);
}

#[tokio::test]
async fn concurrent_changes_are_detected() {
    let source = std::sync::Arc::new(odd_store().await);
    let target = std::sync::Arc::new(MemoryStore::default());
    for (changed, side) in [(source.clone(), "source"), (target.clone(), "target")] {
        let target_copy = MemoryStore::default();
        let target = if side == "source" { &target_copy } else { &*target };
        let is_done = std::sync::atomic::AtomicBool::new(false);
        let observer = |progress: Progress| {
            let first = progress.stage == Stage::Comparing(Collection::CONNECTORS)
                && !is_done.swap(true, std::sync::atomic::Ordering::Relaxed);
            if first {
                let late = (id(side), Document::parse("{}").unwrap());
                let created = changed.create_many(Collection::SYNC_JOBS, vec![late]);
                assert!(futures_util::FutureExt::now_or_never(created).unwrap()[0].is_ok());
            }
        };
        let report = copy(&*source, target, TargetMode::Empty, &observer).await.unwrap();
        let Verdict::Different(words) = report.verdict() else { panic!("{side}: not noticed") };
        let expected =
            format!("the sync jobs of the {side} were changed by another writer during the transfer");
        assert_eq!(words, [expected]);
    }
}

#[tokio::test]
async fn a_store_error_ends_a_copy() {
    let (source, target) = (odd_store().await, MemoryStore::default());
    target.close().await.unwrap();
    let error = copy(&source, &target, TargetMode::Empty, &|_| {}).await.unwrap_err();
    assert!(error.to_string().starts_with("writing to the target"), "{error}");
    let target = MemoryStore::default();
    source.close().await.unwrap();
    let error = copy(&source, &target, TargetMode::Empty, &|_| {}).await.unwrap_err();
    assert!(error.to_string().starts_with("reading from the source"), "{error}");
    assert_eq!(Tally::default().digest.to_string(), "0".repeat(64));
}

/// A store that generates documents on reads and discards writes, to measure how many are in flight.
#[derive(Debug, Default)]
struct Endless {
    jobs: u64,
    made: AtomicU64,
    most: AtomicU64,
    written: AtomicU64,
}

const PORTION: u64 = 1_000;

impl Endless {
    fn note(&self, others: &Self) {
        let waiting = self.made.load(Ordering::Relaxed) - others.written.load(Ordering::Relaxed);
        self.most.fetch_max(waiting, Ordering::Relaxed);
    }
}

/// The two sides of a transfer: what one generates the other discards.
#[derive(Debug)]
struct Side<'a>(&'a Endless, &'a Endless);

#[async_trait]
impl Store for Side<'static> {
    async fn read(
        &self,
        _: Collection,
        ids: &[Id],
        _: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        Ok(vec![None; ids.len()])
    }
    async fn write(
        &self,
        _: Collection,
        operations: Vec<Operation>,
        _: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        // Yields to other tasks, as a wait for a disk would.
        tokio::task::yield_now().await;
        self.1.note(self.0);
        self.0.written.fetch_add(operations.len() as u64, Ordering::Relaxed);
        operations.iter().map(|_| Ok(Version { sequence: 1, term: 0 })).collect()
    }
    async fn list(&self, _: &Query, _: Deadline) -> Result<Page, StoreError> {
        Err(StoreError::unavailable("no list is needed"))
    }
    async fn count(&self, query: &Query, _: &[&'static str], _: Deadline) -> Result<Counts, StoreError> {
        let total = if query.collection == Collection::SYNC_JOBS { self.0.jobs } else { 0 };
        Ok(Counts { total, ..Counts::default() })
    }
    async fn changes(&self, _: Option<Position>, _: Deadline) -> Result<Changes, StoreError> {
        Err(StoreError::unavailable("no change is needed"))
    }
    fn numbers(
        &self,
        _: &Query,
        _: &[&'static str],
        _: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        stream::iter([Err(StoreError::unavailable("no number is needed"))]).boxed()
    }
    fn scan(&self, collection: Collection, _: Deadline) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let jobs = if collection == Collection::SYNC_JOBS { self.0.jobs } else { 0 };
        let portion = move |first: u64| {
            // The second read is for the comparison.
            if self.0.made.load(Ordering::Relaxed) < self.0.jobs {
                self.0.made.fetch_add(PORTION, Ordering::Relaxed);
                self.0.note(self.1);
            }
            let job = |number| Stored {
                id: id(&format!("job-{number}")),
                document: Bytes::from(format!(r#"{{"id":"job-{number}","status":"pending"}}"#)),
            };
            Ok((first..first + PORTION).map(job).collect())
        };
        stream::iter((0..jobs / PORTION).map(move |number| portion(number * PORTION))).boxed()
    }
    async fn check(&self, _: Deadline) -> Result<(), StoreError> {
        Ok(())
    }
    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// More than all batches in flight, and far less than what is transferred.
const BOUND: u64 = 20_000;
const MANY: u64 = 100_000;

#[tokio::test]
async fn a_copy_holds_a_few_batches_at_a_time() {
    let made = Box::leak(Box::new(Endless { jobs: MANY, ..Endless::default() }));
    let written = Box::leak(Box::new(Endless::default()));
    let report = copy(&Side(made, written), &Side(written, made), TargetMode::Empty, &|_| {}).await.unwrap();
    assert_eq!(report.parts[1].created.count, MANY);
    // The target discarded everything, which the comparison must detect.
    assert!(matches!(report.verdict(), Verdict::Different(_)));
    let most = made.most.load(Ordering::Relaxed);
    assert!(most > 0 && most <= BOUND, "{most} documents at a time");
}

#[tokio::test]
async fn an_import_holds_a_few_batches_at_a_time() {
    /// Generates lines as they are read.
    struct Lines(&'static Endless, std::io::Cursor<Vec<u8>>);
    impl std::io::Read for Lines {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.1.position() == self.1.get_ref().len() as u64 {
                let first = self.0.made.load(Ordering::Relaxed);
                if first == self.0.jobs {
                    return Ok(0);
                }
                self.0.made.fetch_add(PORTION, Ordering::Relaxed);
                let line =
                    |number| format!("{{\"id\":\"job-{number}\",\"padding\":\"{}\"}}\n", "x".repeat(300));
                self.1 = std::io::Cursor::new((first..first + PORTION).map(line).collect::<String>().into());
            }
            self.1.read(buffer)
        }
    }
    let made: &'static Endless = Box::leak(Box::new(Endless { jobs: MANY, ..Endless::default() }));
    let written: &'static Endless = Box::leak(Box::new(Endless::default()));
    let input = Lines(made, std::io::Cursor::default());
    let target = Side(written, made);
    let imported =
        import(input, Some(Collection::SYNC_JOBS), &target, TargetMode::Empty, &|_| {}).await.unwrap();
    assert_eq!(imported.report.parts[1].created.count, MANY);
    let most = made.most.load(Ordering::Relaxed);
    assert!(most > 0 && most <= BOUND, "{most} documents at a time");
}
