//! Connectors and sync jobs as documents of an index: reads with versions, and writes of whole or partial documents under
//! the rules of the connector APIs.

mod update;
mod write;

use tributary_domain::{Collection, Id, Query};
use tributary_storage::{Counts, Page, Store, StoreError, StoreExt, Version, Versioned};

pub use update::{Update, update};
pub use write::{Written, create, delete, index};

use crate::{Context, Result};

/// The version that a write expects a document to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guard {
    /// `None` if the write is made whatever the version.
    pub version: Option<DocumentVersion>,
}

/// The version of a document, as search engines count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentVersion {
    /// The number of the change, `_seq_no`.
    pub sequence: u64,
    /// Its term, `_primary_term`, from 1.
    pub term: u64,
}

/// A store without terms has the first one throughout.
impl From<Version> for DocumentVersion {
    fn from(Version { sequence, term }: Version) -> Self {
        Self { sequence, term: term.max(1) }
    }
}

/// The document with this id and its version, if it exists.
pub async fn get(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
) -> Result<Option<Versioned>> {
    match context.bound(store).get(collection, id).await {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The documents with these ids and their versions, in the same order; `None` for a missing one.
pub async fn get_many(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    ids: &[Id],
) -> Result<Vec<Option<Versioned>>> {
    Ok(store.read(collection, ids, context.deadline()).await?)
}

/// A page of the documents that match a query.
pub async fn list(store: &dyn Store, context: &Context, query: &Query) -> Result<Page> {
    Ok(store.list(query, context.deadline()).await?)
}

/// How many documents match a query, grouped by the words of fields.
pub async fn count(
    store: &dyn Store,
    context: &Context,
    query: &Query,
    by: &[&'static str],
) -> Result<Counts> {
    Ok(store.count(query, by, context.deadline()).await?)
}
