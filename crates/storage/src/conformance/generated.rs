//! Generated cases: random documents, changes, filters and pages, compared with the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tributary_domain::{Collection, Document, Query};

use super::model::{Model, ModelPage};
use super::numbers::measured;
use super::promise::{document, id};
use super::sample::COLLECTIONS;
use super::strategies::{DocumentName, Step, question, step};
use crate::{Deadline, Store, StoreError, StoreExt as _, Version};

/// Runs generated histories of sync jobs, of the sample, and of secrets beside them, over fresh stores and the model,
/// and compares every answer. A failing history is shrunk to the shortest that still fails.
///
/// # Panics
/// With the shortest failing history; and at once inside an asynchronous test, since each case runs on
/// a runtime of this function's own.
pub fn check_generated_cases<F>(cases: u32, open: impl Fn(&'static [Collection]) -> F)
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
        // Enough to shrink a case; every step may be a request to a server.
        max_shrink_iters: 200,
        ..Config::default()
    });
    let histories = (vec(step(), 1..60), vec(question(), 3));
    let result = runner.run(&histories, |(steps, last)| {
        runtime.block_on(async {
            let store = open(COLLECTIONS).await;
            let mut history = History::default();
            for step in steps.into_iter().chain(last) {
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
    versions: BTreeMap<DocumentName, Version>,
    /// A version that a document of the collection had before: one of another collection may have it now.
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
                self.compare(store, &query).await?;
            }
            Step::Walk(query) => {
                let size = query.window.size().max(1);
                let mut key = None;
                loop {
                    let page = self.compare(store, &query.clone().after(key, size)).await?;
                    key = page.next;
                    if key.is_none() {
                        break;
                    }
                }
            }
            Step::Count(query, by) => {
                let counts = store.count(&query, &by, Deadline::NONE).await;
                let counts = counts.map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(counts, self.model.count(&query, &by), "{:?} by {:?}", query, by);
            }
            Step::Numbers(query, fields) => {
                let rows = measured(store, &query, &fields).await;
                let rows = rows.map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(rows, self.model.numbers(&query, &fields), "{:?} of {:?}", query, fields);
            }
        }
        Ok(())
    }

    /// Compares a page with the model's.
    async fn compare(&self, store: &dyn Store, query: &Query) -> Result<ModelPage, TestCaseError> {
        let page = store.list(query, Deadline::NONE).await;
        let page = page.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let texts = page.documents.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
        let page = ModelPage { count: page.count, texts, next: page.next };
        prop_assert_eq!(&page, &self.model.list(query), "{:?}", query);
        Ok(page)
    }

    fn keep(
        &mut self,
        name: DocumentName,
        result: Result<Version, StoreError>,
        document: Document,
    ) -> Result<(), TestCaseError> {
        let version = result.map_err(|error| TestCaseError::fail(error.to_string()))?;
        self.versions.insert(name, version);
        self.model.documents.insert((name.0, name.1.to_owned()), document);
        Ok(())
    }
}
