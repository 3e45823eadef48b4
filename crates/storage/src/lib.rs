//! Where connectors and sync jobs are kept.
//!
//! [`Store`] is the contract, and its promises are written on its methods. A [`Registry`] opens a
//! store from a URL; what a team registers under a scheme of its own is opened in the same way as
//! what is built in. Whoever writes a backend proves it with the suite in `conformance` (a feature
//! of this crate).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use tributary_domain::{Document, Id, SyncJobQuery};
//! use tributary_storage::{Collection, Registry, StoreExt as _};
//!
//! let store = Registry::with_built_in().open("memory:").await.unwrap();
//! let id = Id::parse("id", "job-1").unwrap();
//! let job = Document::parse(r#"{"status":"pending"}"#).unwrap();
//! store.create(Collection::SyncJobs, &id, job).await.unwrap();
//!
//! let page = store.list_sync_jobs(&SyncJobQuery::default()).await.unwrap();
//! assert_eq!(page.count, 1);
//! assert_eq!(page.documents[0], *br#"{"id":"job-1","status":"pending"}"#);
//! # });
//! ```

mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
mod documents;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod home;
#[cfg(any(feature = "search", feature = "transfer"))]
mod index_names;
// Open to the benchmarks of this crate, and to nobody else.
#[cfg(feature = "memory")]
#[doc(hidden)]
pub mod index;
#[cfg(feature = "memory")]
mod memory;
#[cfg(any(feature = "search", feature = "transfer"))]
mod pauses;
mod registry;
mod request_time;
#[cfg(feature = "search")]
mod search;
mod store;
#[cfg(feature = "transfer")]
pub mod transfer;

pub use change::{ChangeError, Outcome, StoreExt};
pub use documents::Documents;
#[cfg(feature = "embedded")]
pub use embedded::{EmbeddedBackend, EmbeddedStore, is_catching_panics};
pub use error::{OpenError, StoreError};
pub use home::expand_home;
#[cfg(feature = "memory")]
pub use memory::{MemoryBackend, MemoryStore};
pub use registry::{Backend, BackendSetting, BackendSettings, Registry};
pub use request_time::{request_start, within_one_request};
#[cfg(feature = "search")]
pub use search::{SearchBackend, SearchStore};
pub use store::{Action, Collection, Operation, Page, Store, Stored, Version, Versioned};
