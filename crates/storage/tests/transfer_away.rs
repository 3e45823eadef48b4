//! Transfers to a store that is temporarily unavailable, and loses answers.
#![allow(missing_docs, reason = "a test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::time::Instant;
use tributary_domain::{Document, Id, Query};
use tributary_storage::transfer::{TargetMode, Verdict, copy, export, import};
use tributary_storage::{
    Changes, Collection, Counts, Deadline, MemoryStore, Numbers, Operation, Page, Position, Store,
    StoreError, StoreExt as _, Stored, Version, Versioned,
};

const JOBS: usize = 5_000;

/// A store that fails most calls: before applying them, or afterwards.
#[derive(Debug, Default)]
struct Unsteady {
    store: MemoryStore,
    calls: AtomicUsize,
    stays_away: bool,
}

fn away() -> StoreError {
    StoreError::unavailable("the test told so")
}

impl Unsteady {
    fn call(&self) -> usize {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }
}

#[async_trait]
impl Store for Unsteady {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        if self.call().is_multiple_of(2) {
            Err(away())
        } else {
            self.store.read(collection, ids, deadline).await
        }
    }
    async fn write(
        &self,
        collection: Collection,
        mut operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let all = operations.len();
        let (stored, is_answered) = match self.call() % 4 {
            _ if self.stays_away => (0, false),
            0 => (0, false),
            1 => (all / 2, false),
            2 => (all / 2, true),
            _ => (all, true),
        };
        operations.truncate(stored);
        let mut results = self.store.write(collection, operations, deadline).await;
        if !is_answered {
            results.clear();
        }
        results.resize_with(all, || Err(away()));
        results
    }
    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        self.store.list(query, deadline).await
    }
    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.store.count(query, by, deadline).await
    }
    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.store.numbers(query, fields, deadline)
    }
    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        self.store.scan(collection, deadline)
    }
    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.store.changes(since, deadline).await
    }
    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.store.check(deadline).await
    }
    async fn close(&self) -> Result<(), StoreError> {
        self.store.close().await
    }
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn job(number: usize) -> (Id, Document) {
    let text = format!(r#"{{"created_at":{number},"status":"pending"}}"#);
    (id(&format!("job-{number:05}")), Document::parse(&text).unwrap())
}

async fn fill(store: &MemoryStore, numbers: impl Iterator<Item = usize>) {
    for result in store.create_many(Collection::SYNC_JOBS, numbers.map(job).collect()).await {
        result.unwrap();
    }
}

async fn source() -> MemoryStore {
    let source = MemoryStore::default();
    fill(&source, 0..JOBS).await;
    let connector = Document::parse(r#"{"index_name":"i"}"#).unwrap();
    source.create(Collection::CONNECTORS, &id("c"), connector).await.unwrap();
    source
}

#[tokio::test(start_paused = true)]
async fn a_briefly_unavailable_target_gets_everything_once() {
    let source = source().await;
    // What it holds already, under how many of the same ids.
    for (mode, present) in [(TargetMode::Empty, 0), (TargetMode::Resume, 2_000), (TargetMode::Merge, 2_000)] {
        let target = Unsteady::default();
        fill(&target.store, 0..present).await;
        let report = copy(&source, &target, mode, &|_| {}).await.unwrap();
        assert!(matches!(report.verdict(), Verdict::Same), "{mode:?}: {report:?}");
        let [_, jobs, _, _] = &report.parts;
        assert_eq!(jobs.created.count, (JOBS - present) as u64, "{mode:?}");
        assert!(target.call() > 10, "it failed often enough");
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_continues_after_an_outage() {
    let mut exported = Vec::new();
    export(&source().await, &mut exported, &|_| {}).await.unwrap();
    let target = Unsteady::default();
    let input = std::io::Cursor::new(exported);
    let imported = import(input, None, &target, TargetMode::Empty, &|_| {}).await.unwrap();
    assert!(matches!(imported.verdict(), Verdict::Same), "{imported:?}");
    assert_eq!((imported.report.parts[1].created.count, imported.repeated), (JOBS as u64, 0));
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_target_ends_the_copy() {
    let target = Unsteady { stays_away: true, ..Unsteady::default() };
    let start = Instant::now();
    let error = copy(&source().await, &target, TargetMode::Empty, &|_| {}).await.unwrap_err();
    assert!(error.to_string().starts_with("writing to the target"), "{error}");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(50) && waited < Duration::from_mins(3), "{waited:?}");
}
