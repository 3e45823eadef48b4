//! The contract of a store.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use tributary_domain::{Collection, Document, Id, Query, SortKey};

use crate::{Changes, Deadline, Documents, Position, StoreError};

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
    /// Where the list goes on: the key of the last document, for a query
    /// [after a key](tributary_domain::Window::After). `None` at the end of the list, and for other queries.
    pub next: Option<SortKey>,
}

/// How many documents match, in all and by their words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many documents match.
    pub total: u64,
    /// How many of them have each combination of words in the fields that were asked for, in their order; `None`
    /// stands for a document without a word in the field. A document with several words is counted for each. Empty
    /// where no field was asked for.
    pub groups: BTreeMap<Vec<Option<String>>, u64>,
}

/// Where documents are kept: connectors, sync jobs and whatever else has a [`CollectionSchema`](tributary_domain::CollectionSchema).
///
/// What holds for all methods:
/// - A document comes back as it was written, to the letter of every value, with its `id`; one that the
///   backend cannot keep so is refused with [`StoreError::Rejected`].
/// - Read your writes: what a method acknowledged is seen by every call that starts afterwards, also
///   by lists, and survives whatever the backend promises to survive.
/// - All or nothing: after an error nothing is changed, or, where the store was lost on the way
///   ([`StoreError::Unavailable`]), the change is there whole or not at all.
/// - A backend whose server is away or slow answers [`StoreError::Unavailable`] before the deadline
///   that it was configured with, and before that of the call; what else goes wrong is [`StoreError::Backend`].
/// - No two documents of a collection hold the same [`unique`](tributary_domain::CollectionSchema::unique) word:
///   [`write`](Self::write) refuses it with [`StoreError::IndexNameTaken`], also in a race.
/// - A query that uses a field for what the schema does not declare is refused with [`StoreError::Rejected`].
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// The documents with these ids in the same order, `None` where there is none, in as few steps as
    /// the backend can.
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError>;

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
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>>;

    /// A page of the documents that a query matches, in its order, and how many match in all.
    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError>;

    /// How many documents match the conditions of a query, in all and by their words in the fields `by`. The order
    /// and the window of the query do not matter.
    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError>;

    /// All documents of a collection, in portions and in no order that means anything.
    ///
    /// A document that is there from the first portion to the last comes exactly once, in one of the
    /// states that it had meanwhile; one that comes or goes meanwhile comes at most once. The memory
    /// that this takes does not grow with the number of documents by more than their ids. After an
    /// error the stream ends.
    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>>;

    /// Which documents have changed after a position, as soon as there are any: created, replaced or deleted,
    /// by whomever. Answers none when the deadline comes; without a position it answers the present one at once.
    ///
    /// Changes through this store are told at once, those through another store over the same server or file within
    /// two seconds. No change that lasts is missed between one call and the next from the position that it answered:
    /// a document that changes several times is named at least once after its last change.
    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError>;

    /// Whether the store can be asked now: that a call to it has to be expected to succeed, for the
    /// one who decides whether to send requests here. Otherwise the error that they would meet.
    async fn check(&self, deadline: Deadline) -> Result<(), StoreError>;

    /// Lets go of what the store holds, after the last call: files are closed, other processes may
    /// open them. Later calls are answered [`StoreError::Unavailable`], and so are those that wait for changes.
    async fn close(&self) -> Result<(), StoreError>;
}
