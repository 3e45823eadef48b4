//! The conformance suite: tests that a backend fulfils the contract of [`Store`].
//!
//! `docs/writing-a-backend.md` is the guide to writing a backend. Each check is meant for a test of its own. All of them
//! open stores over given collections, one of which exists only in the suite:
//!
//! - [`check_promises`] tests each promise over a fresh store, and finally lists all broken ones.
//! - [`check_generated_cases`] compares the store with a simple model over random histories, and shows the shortest
//!   failing one. It has its own runtime: call it from a plain `#[test]`.
//! - [`check_reopening`] and [`check_schema_change`] are for persistent backends.
//! - [`check_two_instances`] is for backends that several processes may use at the same time.
//!
//! ```
//! # #[cfg(feature = "memory")] {
//! use std::sync::Arc;
//! use tributary_domain::Collection;
//! use tributary_storage::{MemoryStore, Store, conformance};
//!
//! async fn open(collections: &'static [Collection]) -> Arc<dyn Store> {
//!     Arc::new(MemoryStore::over(collections))
//! }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! conformance::check_promises(open).await;
//! # });
//! conformance::check_generated_cases(16, open);
//! # }
//! ```
//!
//! To test a single promise:
//!
//! ```
//! # #[cfg(feature = "memory")] {
//! # use std::sync::Arc;
//! # use tributary_storage::{MemoryStore, conformance};
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let promise = conformance::promises().find(|promise| promise.name == "an_id_is_taken_once").unwrap();
//! (promise.check)(Arc::new(MemoryStore::over(conformance::COLLECTIONS))).await;
//! # });
//! # }
//! ```

mod changes;
mod conditions;
mod counts;
mod generated;
mod lists;
mod model;
mod moments;
mod numbers;
mod odd;
mod promise;
mod queries;
mod races;
mod reopening;
mod sample;
mod schema_change;
mod strategies;
mod times;
mod walks;
mod writes;

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

pub use changes::check_two_instances;
pub use generated::check_generated_cases;
pub use promise::{Allowances, Promise};
pub use reopening::check_reopening;
pub use sample::{COLLECTIONS, SAMPLE};
pub use schema_change::check_schema_change;

use crate::{Collection, Store};

/// All promises, from simple to complex.
pub fn promises() -> impl Iterator<Item = Promise> {
    [
        writes::PROMISES,
        lists::PROMISES,
        conditions::PROMISES,
        queries::PROMISES,
        moments::PROMISES,
        counts::PROMISES,
        numbers::PROMISES,
        times::PROMISES,
        walks::PROMISES,
        changes::PROMISES,
        races::PROMISES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Tests every promise over a fresh store, with progress on standard error.
///
/// # Panics
/// At the end, with all broken promises and their panics.
pub async fn check_promises<F>(open: impl Fn(&'static [Collection]) -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    check_promises_with(Allowances::default(), open).await;
}

/// Like [`check_promises`], for a backend with allowances.
///
/// # Panics
/// Like [`check_promises`].
pub async fn check_promises_with<F>(allowances: Allowances, open: impl Fn(&'static [Collection]) -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    let mut broken = Vec::new();
    let odd =
        AssertUnwindSafe(async { odd::kept_or_refused_whole(&*open(COLLECTIONS).await, allowances).await });
    if let Err(panic) = odd.catch_unwind().await {
        broken.push(format!("odd_documents_are_kept_or_refused_whole: {}", reason(&*panic)));
    }
    for promise in promises() {
        // Printed before the test, so that the last line is the culprit if a backend hangs.
        eprintln!("promise: {}", promise.name);
        let store = open(COLLECTIONS).await;
        let kept = AssertUnwindSafe((promise.check)(Arc::clone(&store))).catch_unwind().await;
        let closed = AssertUnwindSafe(store.close()).catch_unwind().await;
        if let Err(panic) = kept {
            broken.push(format!("{}: {}", promise.name, reason(&*panic)));
        } else if !matches!(closed, Ok(Ok(()))) {
            broken.push(format!("{}: the store could not be closed afterwards: {closed:?}", promise.name));
        }
    }
    let all = promises().count() + 1;
    assert!(
        broken.is_empty(),
        "{} of {all} promises are broken; the lines above say where\n- {}",
        broken.len(),
        broken.join("\n- ")
    );
}

/// The text of a panic.
fn reason(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::MemoryStore;

    #[tokio::test]
    async fn what_is_broken_is_listed_and_nothing_else() {
        // One store for all promises is not fresh: most of them cannot be kept.
        let used: Arc<dyn Store> = Arc::new(MemoryStore::over(COLLECTIONS));
        let open = |_| std::future::ready(Arc::clone(&used));
        let panic = AssertUnwindSafe(check_promises(open)).catch_unwind().await.unwrap_err();
        let told = reason(&*panic);
        assert!(told.contains(&format!(" of {} promises are broken", promises().count() + 1)), "{told}");
        let first = "\n- odd_documents_are_kept_or_refused_whole";
        assert!(!told.contains(first), "the first one is kept: {told}");
        assert!(told.contains("\n- an_id_is_taken_once: "), "{told}");
        let last = promises().last().unwrap().name;
        assert!(told.contains(&format!("\n- {last}: ")), "all are tried: {told}");
    }

    #[tokio::test]
    async fn generated_cases_inside_a_runtime_are_told_where_to_go() {
        let open = |_| async { Arc::new(MemoryStore::default()) as Arc<dyn Store> };
        let check = AssertUnwindSafe(async { check_generated_cases(1, open) });
        let panic = check.catch_unwind().await.unwrap_err();
        assert!(reason(&*panic).contains("plain #[test]"), "{}", reason(&*panic));
    }
}
