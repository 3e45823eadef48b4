//! Storage of connectors and sync jobs.
//!
//! [`Store`] is the contract of all stores, documented on its methods. A [`Registry`] opens a store from a URL; custom
//! backends are registered under their own scheme and opened like the built-in ones. The conformance suite in
//! `conformance` (a feature of this crate) tests that a backend fulfils the contract.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use tributary_domain::{Collection, Document, Id, Query};
//! use tributary_storage::{Deadline, Registry, Store as _, StoreExt as _};
//!
//! let store = Registry::with_built_in().open("memory:").await.unwrap();
//! let id = Id::parse("id", "job-1").unwrap();
//! let job = Document::parse(r#"{"status":"pending"}"#).unwrap();
//! store.create(Collection::SYNC_JOBS, &id, job).await.unwrap();
//!
//! let page = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.unwrap();
//! assert_eq!(page.count, 1);
//! assert_eq!(page.documents[0], *br#"{"id":"job-1","status":"pending"}"#);
//! # });
//! ```

mod built_in;
mod change;
mod changes;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deadline;
mod documents;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod home;
// Public for the benchmarks of this crate only.
#[cfg(any(feature = "search", feature = "transfer"))]
mod backoff;
#[cfg(feature = "memory")]
#[doc(hidden)]
pub mod index;
#[cfg(feature = "memory")]
mod memory;
#[cfg(feature = "mock")]
mod mock;
mod numbers;
mod registry;
#[cfg(feature = "search")]
mod search;
mod store;
#[cfg(feature = "transfer")]
pub mod transfer;
mod within;

pub use change::{ChangeError, Outcome, StoreExt};
pub use changes::{Changes, Deletions, LastValues, Position, SMALLEST_PART};
pub use deadline::Deadline;
pub use documents::Documents;
#[cfg(feature = "embedded")]
pub use embedded::{EmbeddedBackend, EmbeddedStore, is_catching_panics};
pub use error::{OpenError, StoreError};
pub use home::expand_home;
#[cfg(feature = "memory")]
pub use memory::{MemoryBackend, MemoryStore};
#[cfg(feature = "mock")]
pub use mock::MockStore;
pub use numbers::Numbers;
pub use registry::{Backend, BackendSetting, BackendSettings, Registry};
#[cfg(feature = "search")]
pub use search::{SearchBackend, SearchEngine, SearchProduct, SearchStore};
pub use store::{Action, Counts, Operation, Page, Store, Stored, Version, Versioned};
pub use tributary_domain::Collection;
pub use within::Within;
