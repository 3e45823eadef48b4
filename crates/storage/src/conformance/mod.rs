//! What every backend promises, as code: run it over a backend to know that it keeps the contract.
//!
//! A backend's test opens a fresh store for each promise and runs them all, then lets generated
//! cases compare the store with a simple model:
//!
//! ```
//! # #[cfg(feature = "memory")] {
//! use std::sync::Arc;
//! use tributary_storage::{MemoryStore, Store, conformance};
//!
//! async fn open() -> Arc<dyn Store> {
//!     Arc::new(MemoryStore::default())
//! }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! conformance::check_promises(open).await;
//! # });
//! conformance::check_generated_cases(16, open);
//! # }
//! ```

mod generated;
mod lists;
mod model;
mod odd;
mod races;
mod walks;
mod writes;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tributary_domain::{Document, Id};

pub use generated::check_generated_cases;

use crate::Store;

/// One promise of the contract: a name for people, and the code that panics where it is broken. It
/// is given a store in which nothing was ever stored.
#[derive(Clone, Copy)]
pub struct Promise {
    /// The promise in a few words.
    pub name: &'static str,
    /// Puts it to the test.
    pub check: fn(Arc<dyn Store>) -> BoxFuture<'static, ()>,
}

/// What a backend may do otherwise than the others, since what it is built on leaves it no choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowances {
    /// It may refuse documents of odd content with [`StoreError::Rejected`](crate::StoreError::Rejected):
    /// names that are empty, very deep arrays, objects in the place of words.
    pub rejects_odd_documents: bool,
}

/// Lists the promises of a module: name and function are one.
macro_rules! list_of_promises {
    ($($name:ident),* $(,)?) => {
        pub(super) const PROMISES: &[$crate::conformance::Promise] = &[$($crate::conformance::Promise {
            name: stringify!($name),
            check: |store| Box::pin(async move { $name(&*store).await }),
        }),*];
    };
}
use list_of_promises;

/// All promises, in the order in which they are best understood.
pub fn promises() -> impl Iterator<Item = Promise> {
    [writes::PROMISES, lists::PROMISES, walks::PROMISES, races::PROMISES].into_iter().flatten().copied()
}

/// Runs every promise over a fresh store.
///
/// # Panics
/// At the first promise that the backend breaks; its name stands on standard error before.
pub async fn check_promises<F>(open: impl Fn() -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    check_promises_with(Allowances::default(), open).await;
}

/// Runs every promise over a fresh store, for a backend that may do some things otherwise.
///
/// # Panics
/// Like [`check_promises`].
pub async fn check_promises_with<F>(allowances: Allowances, open: impl Fn() -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    eprintln!("promise: odd documents are kept, or refused whole");
    odd::kept_or_refused_whole(&*open().await, allowances).await;
    for promise in promises() {
        eprintln!("promise: {}", promise.name);
        let store = open().await;
        (promise.check)(Arc::clone(&store)).await;
        store.close().await.expect("a store can be closed");
    }
}

fn id(text: &str) -> Id {
    Id::parse("id", text).expect("an id of the suite")
}

fn document(text: &str) -> Document {
    Document::parse(text).expect("a document of the suite")
}
