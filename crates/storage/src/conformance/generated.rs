//! Generated cases: random documents, changes, filters and pages, held against the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tributary_domain::{DATE_FIELD_CASES, Document, Enumeration, FilterField, SortOrder, SyncJobQuery};

use super::model::Model;
use super::{document, id};
use crate::{Collection, Store, StoreError, StoreExt as _, Version};

const IDS: &[&str] = &["1", "10", "9", "a", "B", "b", "é", "a-1", "a.1", "z z", "ключ", "\"q\""];

/// Where a document is.
type Name = (Collection, &'static str);

#[derive(Debug, Clone)]
enum Step {
    Create(Name, String),
    Replace(Name, String),
    ReplaceStale(Name, String),
    Delete(Name),
    List(SyncJobQuery),
}

/// One millisecond in several notations.
const SAME_MILLISECOND: &[&str] = &[
    r#""2026-01-01T00:00:01.500Z""#,
    r#""2026-01-01T00:00:01,500999999""#,
    r#""2026-01-01T01:00:01.5+01""#,
    "1767225601500",
    r#""1767225601500.9""#,
    r#"["2026-01-02",1767225601500]"#,
];

/// JSON text for `created_at`: ties, precision, offsets, every notation that search engines read, or nothing.
fn created_at() -> impl Strategy<Value = Option<String>> {
    let near = (0..4u32, select(vec!["Z", ".5Z", ".500Z", ".500999Z", "+00:00", ""]))
        .prop_map(|(second, rest)| format!(r#""2026-01-01T00:00:0{second}{rest}""#));
    let any = select(DATE_FIELD_CASES).prop_map(|(value, _)| value.to_owned());
    let same = select(SAME_MILLISECOND).prop_map(str::to_owned);
    prop_oneof![
        4 => near.prop_map(Some),
        4 => any.prop_map(Some),
        2 => same.prop_map(Some),
        1 => Just(None),
    ]
}

fn job() -> impl Strategy<Value = String> {
    let status = select(vec![
        "",
        r#""pending""#,
        r#""error""#,
        r#""in_progress""#,
        r#""Pending""#,
        r#"["pending","error"]"#,
        "null",
        "5",
    ]);
    let kind = select(vec!["", r#""full""#, r#""incremental""#, r#"["full","access_control"]"#, "true"]);
    let connector = select(vec![
        "",
        r#"{"id":"a"}"#,
        r#"{"id":"b","x":1.10}"#,
        r#"{"id":["a","b"]}"#,
        "null",
        r#"{"id":null}"#,
    ]);
    let unknown =
        select(vec!["", "1e400", "{}", r#"{"b":[1.10,null],"a":{}}"#, "123456789012345678901234567890"]);
    (status, kind, connector, unknown, created_at()).prop_map(
        |(status, kind, connector, unknown, created)| {
            let fields = [
                ("unknown", unknown),
                ("status", status),
                ("created_at", created.as_deref().unwrap_or_default()),
                ("job_type", kind),
                ("connector", connector),
            ];
            let present = fields.iter().filter(|(_, value)| !value.is_empty());
            format!(
                "{{{}}}",
                present.map(|(name, value)| format!(r#""{name}":{value}"#)).collect::<Vec<_>>().join(",")
            )
        },
    )
}

/// What a field is filtered by, with the most words at a time.
fn words(field: FilterField) -> (&'static [&'static str], usize) {
    match field {
        FilterField::Status => (&["pending", "error", "in_progress", "suspended", "5"], 3),
        FilterField::JobType => (&["full", "incremental", "access_control"], 3),
        FilterField::ConnectorId => (&["a", "b", "nobody"], 2),
    }
}

fn query() -> impl Strategy<Value = SyncJobQuery> {
    let chosen = FilterField::ALL.iter().map(|field| {
        let (words, most) = words(*field);
        proptest::sample::subsequence(words.to_vec(), 0..=most)
    });
    (0..12u32, 0..12u32, select(SortOrder::ALL), chosen.collect::<Vec<_>>()).prop_map(
        |(from, size, order, chosen)| {
            let query = SyncJobQuery { from, size, order, filters: Vec::new() };
            FilterField::ALL
                .iter()
                .zip(chosen)
                .fold(query, |query, (field, words)| query.with(*field, words.into_iter().map(str::to_owned)))
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    // A secret may look like a job, and is none.
    let collection = || prop_oneof![4 => Just(Collection::SyncJobs), 1 => Just(Collection::Secrets)];
    let name = || (collection(), select(IDS));
    prop_oneof![
        6 => (name(), job()).prop_map(|(name, job)| Step::Create(name, job)),
        3 => (name(), job()).prop_map(|(name, job)| Step::Replace(name, job)),
        1 => (name(), job()).prop_map(|(name, job)| Step::ReplaceStale(name, job)),
        2 => name().prop_map(Step::Delete),
        4 => query().prop_map(Step::List),
    ]
}

/// Runs generated histories of sync jobs, and of secrets beside them, over fresh stores and the model, and
/// compares every answer. A failing history is shrunk to the shortest that still fails.
///
/// # Panics
/// With the shortest failing history; and at once inside an asynchronous test, since each case runs on
/// a runtime of this function's own.
pub fn check_generated_cases<F>(cases: u32, open: impl Fn() -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    assert!(
        tokio::runtime::Handle::try_current().is_err(),
        "check_generated_cases has a runtime of its own: call it from a plain #[test], not from an async one"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime for the generated cases");
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        // Enough to get short; every step may be a request to a server.
        max_shrink_iters: 200,
        ..Config::default()
    });
    let histories = (vec(step(), 1..60), query());
    let result = runner.run(&histories, |(steps, last)| {
        runtime.block_on(async {
            let store = open().await;
            let mut history = History::default();
            for step in steps.into_iter().chain([Step::List(last)]) {
                history.run(&*store, step).await?;
            }
            store.close().await.map_err(|error| TestCaseError::fail(error.to_string()))
        })
    });
    if let Err(failure) = result {
        panic!("a generated history fails: {failure}");
    }
}

#[derive(Default)]
struct History {
    model: Model,
    versions: BTreeMap<Name, Version>,
    /// A version that a document of the collection had before: of another collection one may have it now.
    stale: Option<(Collection, Version)>,
}

impl History {
    async fn run(&mut self, store: &dyn Store, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Create(name, job) => {
                let created = store.create(name.0, &id(name.1), document(&job)).await;
                if self.versions.contains_key(&name) {
                    prop_assert!(matches!(created, Err(StoreError::Conflict)), "{:?}", created);
                } else {
                    self.keep(name, created, document(&job))?;
                }
            }
            Step::Replace(name, job) => {
                let Some(version) = self.versions.get(&name).copied() else { return Ok(()) };
                let replaced = store.replace(name.0, &id(name.1), version, document(&job)).await;
                self.keep(name, replaced, document(&job))?;
                self.stale = Some((name.0, version));
            }
            Step::ReplaceStale(name, job) => {
                let stale = self.stale.filter(|(collection, _)| *collection == name.0);
                let (Some((_, stale)), true) = (stale, self.versions.contains_key(&name)) else {
                    return Ok(());
                };
                let refused = store.replace(name.0, &id(name.1), stale, document(&job)).await;
                prop_assert!(matches!(refused, Err(StoreError::Conflict)), "{:?}", refused);
            }
            Step::Delete(name) => {
                let Some(version) = self.versions.remove(&name) else { return Ok(()) };
                let deleted = store.delete(name.0, &id(name.1), version).await;
                prop_assert!(deleted.is_ok(), "{:?}", deleted);
                self.model.documents.remove(&(name.0, name.1.to_owned()));
            }
            Step::List(query) => {
                let page = store.list_sync_jobs(&query).await;
                let page = page.map_err(|error| TestCaseError::fail(error.to_string()))?;
                let texts: Vec<String> =
                    page.documents.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
                prop_assert_eq!((page.count, texts), self.model.list(&query), "{:?}", query);
            }
        }
        Ok(())
    }

    fn keep(
        &mut self,
        name: Name,
        result: Result<Version, StoreError>,
        document: Document,
    ) -> Result<(), TestCaseError> {
        let version = result.map_err(|error| TestCaseError::fail(error.to_string()))?;
        self.versions.insert(name, version);
        self.model.documents.insert((name.0, name.1.to_owned()), document);
        Ok(())
    }
}
