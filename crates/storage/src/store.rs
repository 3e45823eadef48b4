//! The contract of a store.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use tributary_domain::{Collection, Document, Id, PointInTime, Query, SortKey};

use crate::{Changes, Deadline, Documents, Numbers, Position, StoreError};

/// The version of a document, for optimistic concurrency. Versions are compared for equality only. A document never
/// returns to an earlier version, not even if it is deleted and created again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// The sequence number of the change, like Elasticsearch's `_seq_no`.
    pub sequence: u64,
    /// The term of the sequence number, like Elasticsearch's `_primary_term`; 0 for stores without terms.
    pub term: u64,
}

/// A document and its version.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// The version that was read.
    pub version: Version,
    /// The document as JSON text, with its `id` as [`Document::render`] puts it.
    pub document: Bytes,
}

/// A document in a scan of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: Id,
    /// The document as JSON text, with its `id` as [`Document::render`] puts it.
    pub document: Bytes,
}

/// A change of one document with its precondition.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The document.
    pub id: Id,
    /// The change and its precondition.
    pub action: Action,
}

/// A change of a document, and its precondition.
#[derive(Debug, Clone)]
pub enum Action {
    /// Stores a document if the id is not in use.
    Create(Document),
    /// Replaces the document if it has this version.
    Replace(Version, Document),
    /// Removes the document if it has this version.
    Delete(Version),
}

/// A page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The exact number of matching documents, on all pages.
    pub count: u64,
    /// The documents of the page as JSON text, each with its `id`.
    pub documents: Documents,
    /// The key of the last document, to continue from with a query
    /// [after a key](tributary_domain::Window::After). `None` at the end of the list, which is known without another
    /// page, and for other queries.
    pub next: Option<SortKey>,
    /// The moment whose order the list has, for the next page; `None` without one, and for queries that keep none.
    pub point_in_time: Option<PointInTime>,
}

/// The number of matching documents, in total and by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of matching documents.
    pub total: u64,
    /// The number of documents for each combination of words in the grouping fields, in the order of the fields; `None`
    /// stands for a document without a word in the field. A document with several words counts in each group. Empty
    /// without grouping fields.
    pub groups: BTreeMap<Vec<Option<String>>, u64>,
}

/// A store of documents: connectors, sync jobs and all other collections with a schema.
///
/// For all methods:
/// - A document is returned exactly as it was written, including the text of every value, with its `id`. A document
///   that the backend cannot store this way is refused with [`StoreError::Rejected`].
/// - Read your writes: an acknowledged change is visible to every later call, lists included, and as durable as the
///   backend promises.
/// - Atomicity: after an error nothing is changed. After [`StoreError::Unavailable`], where the response may be lost,
///   the change was made either completely or not at all.
/// - If the server of a backend is down or slow, calls fail with [`StoreError::Unavailable`] before the configured
///   deadline and the deadline of the call. All other failures are [`StoreError::Backend`].
/// - No two documents of a collection have the same unique word: [`write`](Self::write) fails with
///   [`StoreError::IndexNameTaken`], also under concurrency.
/// - A query that uses a field in a way that the schema does not declare fails with [`StoreError::Rejected`].
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// The documents with these ids, in the same order; `None` for a missing one. Batched where the backend can.
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError>;

    /// Makes changes of documents of one collection, batched where the backend can. The results are in the same order:
    /// the new version of the document, [`StoreError::Conflict`] if the precondition does not hold, or
    /// [`StoreError::NotFound`] if a version was expected and there is no document.
    ///
    /// The changes are independent: one may fail while the others are made. Changes of the same document are made in
    /// order. Of any number of concurrent changes with the same precondition exactly one succeeds.
    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>>;

    /// A page of the documents that match a query, in its order, and the total number of matches.
    ///
    /// Pages that continue each other in the order of one moment (`Query::moment`) contain every document that
    /// exists and matches throughout exactly once, in one of the states that it had meanwhile, whatever else is changed;
    /// one that exists or matches for a part of that time is contained at most once. If a moment is not kept any more, the
    /// call fails with [`StoreError::PointInTimeGone`].
    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError>;

    /// The number of documents that match the conditions of a query, in total and grouped by the words in the fields
    /// `by`. The order and the window of the query are ignored.
    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError>;

    /// The numbers of all documents that match the conditions of a query, in chunks and in no particular order: the least
    /// number of a document in each of these fields, dates in milliseconds since 1970, or `None` where it has none. The
    /// order and the window of the query are ignored.
    ///
    /// A document that matches during the whole call is returned exactly once, in one of the states that it had meanwhile;
    /// one that matches for a part of it is returned at most once. The call needs no more memory for each document than
    /// its id. After an error the stream ends.
    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>>;

    /// All documents of a collection, in chunks and in no particular order.
    ///
    /// A document that exists during the whole scan is returned exactly once, in one of the states that it had during
    /// the scan; one that is created or deleted during the scan is returned at most once. The scan needs no more memory
    /// for each document than its id. After an error the stream ends.
    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>>;

    /// Waits for changes after a position and returns the documents that were created, replaced or deleted, by any
    /// writer. Returns none at the deadline; without a position it returns the current one at once.
    ///
    /// Changes through this store are reported at once, those through another store over the same server or file within
    /// two seconds. Very many changes may be returned part by part, of at least [`SMALLEST_PART`](crate::SMALLEST_PART)
    /// documents each. No change is missed between one call and the next from the returned position: a document that
    /// changes several times is reported at least once after its last change. Those that were deleted are reported with
    /// the values that found them.
    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError>;

    /// Checks that the store is ready, for readiness probes. If not, returns the error that calls would fail with.
    async fn check(&self, deadline: Deadline) -> Result<(), StoreError>;

    /// Closes the store: files are closed, and other processes may open them. Later calls fail with
    /// [`StoreError::Unavailable`], and so do calls that wait for changes.
    async fn close(&self) -> Result<(), StoreError>;
}
