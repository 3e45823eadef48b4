//! The in-memory catalog of all documents, which both the memory and the embedded store read from.

use std::sync::RwLock;

use tributary_domain::{Collection, Id, Moment, PointInTime, Query, check_groups};

#[cfg(feature = "embedded")]
use super::batch::LoadBatch;
use super::indexed::Indexed;
use super::operation::{DocumentChange, Expectation, GuardedChange};
use super::recent::{ChangeKind, RecentChanges};
use crate::{Changes, Counts, Deadline, LastValues, Page, Position, StoreError, Stored, Version, Versioned};

/// The documents of all collections with their indexes and versions.
pub(crate) struct Catalog {
    collections: Vec<Indexed>,
    /// The number of the latest change.
    sequence: u64,
    pub(crate) recent: RecentChanges,
}

impl Catalog {
    /// An empty catalog for these collections.
    pub(crate) fn new(collections: &[Collection]) -> Self {
        let collections = collections.iter().map(|collection| Indexed::new(*collection)).collect();
        Self { collections, sequence: 0, recent: RecentChanges::default() }
    }

    /// The sequence number of the next change.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence + 1
    }

    #[cfg(feature = "embedded")]
    pub(crate) fn get(&self, collection: Collection, id: &str) -> Option<Versioned> {
        self.indexed(collection).ok()?.get(id)
    }

    pub(crate) fn get_many(
        &self,
        collection: Collection,
        ids: &[Id],
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        let indexed = self.indexed(collection)?;
        Ok(ids.iter().map(|id| indexed.get(id.as_str())).collect())
    }

    pub(crate) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        query.check()?;
        let indexed = self.indexed(query.collection)?;
        let since = match &query.moment {
            Moment::Present => None,
            Moment::Kept => {
                indexed.keep_moves(query.order, self.sequence);
                Some(self.sequence)
            }
            Moment::Of(point) => Some(self.sequence_of(point)?),
        };
        let mut page = indexed.list(query, since)?;
        let since = since.filter(|_| page.next.is_some());
        page.point_in_time = since.map(|since| PointInTime::new(self.recent.text_of(since)));
        Ok(page)
    }

    /// The latest change at a moment of this process.
    fn sequence_of(&self, point: &PointInTime) -> Result<u64, StoreError> {
        let sequence = self.recent.sequence_of(point.as_str()).filter(|sequence| *sequence <= self.sequence);
        sequence.ok_or(StoreError::PointInTimeGone)
    }

    pub(crate) fn count(&self, query: &Query, by: &[&'static str]) -> Result<Counts, StoreError> {
        query.check()?;
        check_groups(query.collection, by)?;
        Ok(self.indexed(query.collection)?.count(query, by))
    }

    /// A chunk of a scan: the documents in the slots from `place` on, and the slot to continue from, if the scan is not
    /// complete. A document keeps its slot while it exists.
    pub(crate) fn portion(
        &self,
        collection: Collection,
        place: usize,
    ) -> Result<(Vec<Stored>, Option<usize>), StoreError> {
        Ok(self.indexed(collection)?.portion(place))
    }

    /// Checks the precondition of a change.
    pub(crate) fn check(
        &self,
        GuardedChange { change, expectation }: &GuardedChange,
    ) -> Result<(), StoreError> {
        let indexed = self.indexed(change.collection)?;
        let present = indexed.sequence(&change.id).map(|sequence| Version { sequence, term: 0 });
        match (present, expectation) {
            (Some(_), Expectation::Absent) => return Err(StoreError::Conflict),
            (None, Expectation::Version(_)) => return Err(StoreError::NotFound),
            (Some(present), Expectation::Version(expected)) if present != *expected => {
                return Err(StoreError::Conflict);
            }
            _ => {}
        }
        change.record.as_ref().map_or(Ok(()), |record| indexed.check_unique(&change.id, &record.terms))
    }

    /// What a checked change makes of a document, for those who wait for changes.
    pub(crate) fn kind(&self, change: &DocumentChange) -> ChangeKind {
        if change.record.is_some() {
            return ChangeKind::Written;
        }
        let present = self.indexed(change.collection).ok().and_then(|indexed| indexed.get(&change.id));
        let values = present.and_then(|present| {
            LastValues::of(change.collection, std::str::from_utf8(&present.document).ok()?)
        });
        ChangeKind::Deleted(values)
    }

    /// Applies a checked change of this kind. [`publish`](Self::publish) notifies those who wait for changes.
    pub(crate) fn apply(&mut self, change: DocumentChange, kind: ChangeKind, sequence: u64) {
        self.sequence = self.sequence.max(sequence);
        self.recent.add(sequence, change.collection, &change.id, kind);
        if let Some(indexed) = self.indexed_mut(change.collection) {
            indexed.apply(&change.id, change.record, sequence);
        }
    }

    /// Notifies those who wait of the applied changes.
    pub(crate) fn publish(&self) {
        self.recent.publish(self.sequence);
    }

    /// Loads stored documents when the store opens; their ids must not be in use.
    #[cfg(feature = "embedded")]
    pub(crate) fn load(&mut self, collection: Collection, batches: Vec<LoadBatch>) {
        if let Some(indexed) = self.indexed_mut(collection) {
            indexed.load(batches);
        }
    }

    /// Continues after this sequence number, so that versions of deleted documents are not reused.
    #[cfg(feature = "embedded")]
    pub(crate) fn continue_after(&mut self, sequence: u64) {
        self.sequence = self.sequence.max(sequence);
        self.recent.begin_after(self.sequence);
    }

    /// The number of documents of a collection.
    #[cfg(feature = "embedded")]
    pub(crate) fn len(&self, collection: Collection) -> u64 {
        self.indexed(collection).map_or(0, Indexed::len)
    }

    /// Whether a document exists.
    #[cfg(feature = "embedded")]
    pub(crate) fn contains(&self, collection: Collection, id: &str) -> bool {
        self.indexed(collection).is_ok_and(|indexed| indexed.sequence(id).is_some())
    }

    fn indexed_mut(&mut self, collection: Collection) -> Option<&mut Indexed> {
        self.collections.iter_mut().find(|indexed| indexed.collection == collection)
    }

    pub(super) fn indexed(&self, collection: Collection) -> Result<&Indexed, StoreError> {
        let found = self.collections.iter().find(|indexed| indexed.collection == collection);
        found.ok_or_else(|| StoreError::Rejected(format!("the store was opened without [{collection:?}]")))
    }
}

/// Waits for changes after a position, or for the deadline.
pub(crate) async fn changes(
    catalog: &RwLock<Catalog>,
    since: Option<Position>,
    deadline: Deadline,
) -> Result<Changes, StoreError> {
    let look = || {
        let catalog = catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        (catalog.recent.since(since.as_ref()), catalog.recent.subscribe())
    };
    loop {
        let (changes, mut latest) = look();
        if since.is_none() || !changes.changed.is_empty() || !changes.is_complete {
            return Ok(changes);
        }
        let next = latest.changed();
        let next = match deadline.end() {
            Some(end) => tokio::time::timeout_at(end.into(), next).await,
            None => Ok(next.await),
        };
        match next {
            Ok(Ok(())) => {}
            // The sender is dropped when the catalog of a closed store is replaced.
            Ok(Err(_)) => return Err(StoreError::unavailable("it was closed")),
            Err(_) => return Ok(changes),
        }
    }
}
