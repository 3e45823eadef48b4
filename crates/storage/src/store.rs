//! The contract of a store.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use tributary_domain::{ConnectorQuery, Document, Id, SyncJobQuery};

use crate::{Documents, StoreError};

/// The kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// Connectors.
    Connectors,
    /// Sync jobs.
    SyncJobs,
    /// The secrets of connectors: few, and found by their ids alone. What is stored of one is what the
    /// service made of it; its value is not in there.
    Secrets,
}

impl Collection {
    /// All of them, each at its place.
    pub const ALL: [Self; 3] = [Self::Connectors, Self::SyncJobs, Self::Secrets];

    /// Where it stands among [`ALL`](Self::ALL).
    pub const fn place(self) -> usize {
        self as usize
    }
}

/// Which state of a document somebody has seen. Versions can only be compared for equality: a
/// document that changes, also one that is deleted and made again, never has an earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// The number of the change, as `_seq_no` in Elasticsearch.
    pub sequence: u64,
    /// The reign in which the number was given, as `_primary_term`; 0 where there is only one.
    pub term: u64,
}

/// A document together with the version that was read.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// The version that was read.
    pub version: Version,
    /// The document as JSON text, with its `id` as [`Document::render`] puts it.
    pub document: Bytes,
}

/// A document of a collection that is read from end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: Id,
    /// The document as JSON text, with its `id` as [`Document::render`] puts it.
    pub document: Bytes,
}

/// A change of one document with its guard: what must hold of the document for it to be made.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The document.
    pub id: Id,
    /// What is done to it, and under which condition.
    pub action: Action,
}

/// What is done to a document, and under which condition.
#[derive(Debug, Clone)]
pub enum Action {
    /// It is stored, if there is none yet.
    Create(Document),
    /// It gets another state, if it is in this version.
    Replace(Version, Document),
    /// It is removed, if it is in this version.
    Delete(Version),
}

/// A part of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// How many documents match, on this page or not: exact.
    pub count: u64,
    /// The documents of the page as JSON text, each with its `id`.
    pub documents: Documents,
}

/// Where connectors, sync jobs and secrets are kept.
///
/// What holds for all methods:
/// - A document comes back as it was written, to the letter of every value, with its `id`; one that the
///   backend cannot keep so is refused with [`StoreError::Rejected`].
/// - Read your writes: what a method acknowledged is seen by every call that starts afterwards, also
///   by lists, and survives whatever the backend promises to survive.
/// - All or nothing: after an error nothing is changed, or, where the store was lost on the way
///   ([`StoreError::Unavailable`]), the change is there whole or not at all.
/// - A backend whose server is away or slow answers [`StoreError::Unavailable`] before the deadline
///   that it was configured with; what else goes wrong is [`StoreError::Backend`]. The calls of one
///   request of a client share its time, which begins at [`request_start`](crate::request_start).
/// - No live connector has the index name of another: [`write`](Self::write) refuses it with
///   [`StoreError::IndexNameTaken`], also in a race. A connector is live while [`is_deleted`](tributary_domain::Connector::is_deleted) is false.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// The documents with these ids in the same order, `None` where there is none, in as few steps as
    /// the backend can.
    async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError>;

    /// Makes changes of documents of one collection, in as few steps as the backend can, and answers what became of
    /// each, in the same order: the version that the document has by it, [`StoreError::Conflict`] where its guard
    /// does not hold, or [`StoreError::NotFound`] where a version was expected and there is none.
    ///
    /// Each change is made or refused for itself: one that is refused does not keep the others out. Those of one
    /// document are made in their order. Of any number of concurrent changes with one guard exactly one succeeds.
    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
    ) -> Vec<Result<Version, StoreError>>;

    /// A page of the sync jobs that match, and how many match in all.
    ///
    /// In the order of [`creation_order`](tributary_domain::creation_order), documents without one
    /// last, and of the bytes of their ids among equals, or in the very opposite order where the query
    /// says so: a total order, so that pages neither overlap nor skip while nothing changes. Filters
    /// follow
    /// [`keyword_values`](tributary_domain::keyword_values). The count is exact.
    async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError>;

    /// A page of the connectors that match, and how many match in all.
    ///
    /// In the order of the bytes of their index names, those without one last, and of their ids
    /// among equals. The conditions are those of
    /// [`ConnectorQuery::matches`](tributary_domain::ConnectorQuery::matches).
    async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError>;

    /// All documents of a collection, in portions and in no order that means anything.
    ///
    /// A document that is there from the first portion to the last comes exactly once, in one of the
    /// states that it had meanwhile; one that comes or goes meanwhile comes at most once. The memory
    /// that this takes does not grow with the number of documents by more than their ids. After an
    /// error the stream ends.
    fn scan(&self, collection: Collection) -> BoxStream<'_, Result<Vec<Stored>, StoreError>>;

    /// Whether the store can be asked now: that a call to it has to be expected to succeed, for the
    /// one who decides whether to send requests here. Otherwise the error that they would meet.
    async fn check(&self) -> Result<(), StoreError>;

    /// Lets go of what the store holds, after the last call: files are closed, other processes may
    /// open them. Later calls are answered [`StoreError::Unavailable`].
    async fn close(&self) -> Result<(), StoreError>;
}
