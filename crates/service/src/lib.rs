//! The use cases: operations on connectors, sync jobs and secrets.
//!
//! Each use case is a function over a [`Store`](tributary_storage::Store) and a [`Context`] with the caller, the time
//! and a generator of ids. It loads documents, calls a pure function of the domain, and stores the result. The HTTP API
//! is one front end of these functions; background tasks and the command line call the same ones. Nothing here depends
//! on HTTP.
//!
//! ```
//! use std::sync::Arc;
//! use tributary_domain::{Id, Timestamp};
//! use tributary_service::connector::{self, ConnectorChange};
//! use tributary_service::{Context, Principal, SortableIds};
//! # use tributary_storage::{MemoryStore, Outcome, Store};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! # let memory = MemoryStore::default();
//! # let store: &dyn Store = &memory;
//! let now = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
//! let context = Context::new(Principal::anonymous(), Arc::new(now), Arc::new(SortableIds));
//!
//! let id = connector::create(store, &context, &Default::default()).await.unwrap();
//! let changed = connector::change(store, &context, &id, &ConnectorChange::CheckIn).await.unwrap();
//! assert_eq!(changed.value, Outcome::Updated);
//! # });
//! ```

pub mod access;
pub mod connector;
mod context;
pub mod document;
mod error;
pub mod health;
pub mod secret;
pub mod sync_job;
pub mod tasks;
#[cfg(test)]
mod test_support;
mod walk;

pub use context::{Clock, Context, IdGenerator, Principal, PrincipalKey, SortableIds, SystemClock};
pub use error::{Result, ServiceError};
pub use walk::Walk;
