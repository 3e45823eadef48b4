//! How the modules of the suite declare their promises.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tributary_domain::{Document, Id};

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
