//! Everything that is stored, indexed: what the stores in memory and on disk answer from.

use tributary_domain::{ConnectorQuery, Id, SyncJobQuery};

#[cfg(feature = "embedded")]
use super::batch::Batch;
use super::connectors::Connectors;
use super::operation::{Change, Expectation, Operation, Record, Terms};
use super::secrets::Secrets;
use super::sync_jobs::SyncJobs;
use crate::{Collection, Page, StoreError, Stored, Version, Versioned};

/// The documents of all collections with their indexes and versions.
#[derive(Default)]
pub(crate) struct Catalog {
    connectors: Connectors,
    sync_jobs: SyncJobs,
    secrets: Secrets,
    /// The number of the latest change.
    sequence: u64,
}

impl Catalog {
    /// The number that the next change gets.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence + 1
    }

    pub(crate) fn get(&self, collection: Collection, id: &str) -> Result<Versioned, StoreError> {
        match collection {
            Collection::Connectors => self.connectors.get(id),
            Collection::SyncJobs => self.sync_jobs.get(id),
            Collection::Secrets => self.secrets.get(id),
        }
        .ok_or(StoreError::NotFound)
    }

    pub(crate) fn get_many(&self, collection: Collection, ids: &[Id]) -> Vec<Option<Versioned>> {
        ids.iter().map(|id| self.get(collection, id.as_str()).ok()).collect()
    }

    pub(crate) fn list_sync_jobs(&self, query: &SyncJobQuery) -> Page {
        self.sync_jobs.list(query)
    }

    pub(crate) fn list_connectors(&self, query: &ConnectorQuery) -> Page {
        self.connectors.list(query)
    }

    /// A portion of a walk through a collection: the documents in so many places from `place` on, and
    /// the place at which the walk goes on, if it does. A document keeps its place while it exists.
    pub(crate) fn portion(&self, collection: Collection, place: usize) -> (Vec<Stored>, Option<usize>) {
        match collection {
            Collection::Connectors => (self.connectors.all(), None),
            Collection::SyncJobs => self.sync_jobs.portion(place),
            Collection::Secrets => (self.secrets.all(), None),
        }
    }

    /// Whether an operation may be applied now.
    pub(crate) fn check(&self, operation: &Operation) -> Result<(), StoreError> {
        let Operation { change, expectation } = operation;
        let present = self.version(change.collection, &change.id);
        match (present, expectation) {
            (Some(_), Expectation::Absent) => return Err(StoreError::Conflict),
            (None, Expectation::Version(_)) => return Err(StoreError::NotFound),
            (Some(present), Expectation::Version(expected)) if present != *expected => {
                return Err(StoreError::Conflict);
            }
            _ => {}
        }
        match &change.record {
            Some(Record { terms: Terms::Connector(connector), .. }) => {
                self.connectors.check_index_name(&change.id, connector)
            }
            _ => Ok(()),
        }
    }

    /// Applies a change that was checked.
    pub(crate) fn apply(&mut self, change: Change, sequence: u64) {
        self.sequence = self.sequence.max(sequence);
        match (change.collection, change.record) {
            (Collection::Connectors, record) => self.connectors.apply(&change.id, record, sequence),
            (Collection::SyncJobs, record) => self.sync_jobs.apply(&change.id, record, sequence),
            (Collection::Secrets, record) => self.secrets.apply(&change.id, record, sequence),
        }
    }

    /// Takes what was stored before, at the start; ids must be unused.
    #[cfg(feature = "embedded")]
    pub(crate) fn load(
        &mut self,
        connectors: impl IntoIterator<Item = (String, Record, u64)>,
        sync_jobs: Vec<Batch>,
        secrets: impl IntoIterator<Item = (String, Record, u64)>,
    ) {
        for (id, record, sequence) in connectors {
            self.connectors.apply(&id, Some(record), sequence);
        }
        self.sync_jobs.load(sync_jobs);
        for (id, record, sequence) in secrets {
            self.secrets.apply(&id, Some(record), sequence);
        }
    }

    /// Starts numbering changes after this one, so that the versions of what was deleted since are
    /// not used again.
    #[cfg(feature = "embedded")]
    pub(crate) fn continue_after(&mut self, sequence: u64) {
        self.sequence = self.sequence.max(sequence);
    }

    /// How many documents there are, of all kinds.
    #[cfg(feature = "embedded")]
    pub(crate) fn len(&self) -> u64 {
        self.connectors.len() + self.sync_jobs.len() + self.secrets.len()
    }

    /// Whether a document is there.
    #[cfg(feature = "embedded")]
    pub(crate) fn contains(&self, collection: Collection, id: &str) -> bool {
        self.version(collection, id).is_some()
    }

    fn version(&self, collection: Collection, id: &str) -> Option<Version> {
        let sequence = match collection {
            Collection::Connectors => self.connectors.sequence(id),
            Collection::SyncJobs => self.sync_jobs.sequence(id),
            Collection::Secrets => self.secrets.sequence(id),
        };
        sequence.map(|sequence| Version { sequence, term: 0 })
    }
}
