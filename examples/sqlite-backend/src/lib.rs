//! A store over SQLite, as a team outside this project would write one.
//!
//! It uses nothing but what `tributary-domain` and `tributary-storage` offer to everybody, and proves
//! itself with the public conformance suite. `docs/writing-a-backend.md` tells how it came to be.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use tributary_sqlite_backend::SqliteBackend;
//! use tributary_storage::{Deadline, Registry};
//!
//! let mut registry = Registry::with_built_in();
//! registry.register(SqliteBackend);
//! # let folder = tempfile::tempdir().unwrap();
//! # let file = folder.path().join("tributary.sqlite").display().to_string();
//! let store = registry.open(&format!("sqlite:{file}")).await.unwrap();
//! store.check(Deadline::NONE).await.unwrap();
//! # });
//! ```

mod backend;
mod changes;
mod conditions;
mod connection;
mod derived;
mod documents;
mod failure;
mod file;
mod moves;
mod read;
mod store;
mod write;

pub use backend::{BUSY_TIMEOUT, SqliteBackend};
pub use store::SqliteStore;
