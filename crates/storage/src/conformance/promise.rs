//! Promises, and what the modules of the suite share.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tributary_domain::{Document, Id};

use crate::Store;

/// A promise of the contract, and a check that panics if it is broken. The check needs a store in which nothing was ever
/// stored.
#[derive(Clone, Copy)]
pub struct Promise {
    /// The name of the promise.
    pub name: &'static str,
    /// The check.
    pub check: fn(Arc<dyn Store>) -> BoxFuture<'static, ()>,
}

/// Deviations that a backend may need because of the engine it is built on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowances {
    /// It may refuse documents of odd content with [`StoreError::Rejected`](crate::StoreError::Rejected):
    /// empty names, very deep arrays, objects instead of words.
    pub rejects_odd_documents: bool,
}

/// Declares the promises of a module, each with the name of its function.
macro_rules! list_of_promises {
    ($($name:ident),* $(,)?) => {
        pub(super) const PROMISES: &[$crate::conformance::promise::Promise] = &[$($crate::conformance::promise::Promise {
            name: stringify!($name),
            check: |store| Box::pin(async move { $name(&*store).await }),
        }),*];
    };
}
pub(super) use list_of_promises;

pub(super) fn id(text: &str) -> Id {
    Id::parse("id", text).expect("an id of the suite")
}

pub(super) fn document(text: &str) -> Document {
    Document::parse(text).expect("a document of the suite")
}
