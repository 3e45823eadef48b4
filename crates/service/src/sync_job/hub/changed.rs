//! Sync jobs that have changed.

use std::collections::{BTreeSet, HashSet};
use std::time::Instant;

use bytes::Bytes;
use tributary_domain::{
    Collection, Connector, Document, FilteredValues, Id, IndexedValues, SyncJob, sync_job_fields,
};
use tributary_storage::{Deadline, Deletions, LastValues, Position, Store, StoreError, Versioned};

use crate::access::Sight;
use crate::sync_job::SyncJobFilter;

/// The most jobs that are read and passed on at a time.
pub(in crate::sync_job) const PORTION: usize = 32;

/// A sync job that has changed, before it is read.
#[derive(Debug, Clone)]
pub(in crate::sync_job) struct UnreadJob {
    pub(super) id: Id,
    last_change: LastChange,
}

/// What a store tells of the last change of a document.
#[derive(Debug, Clone)]
enum LastChange {
    Written,
    /// What it was found by, where that is known.
    Deleted(Option<LastValues>),
}

/// Sync jobs that have changed, as they are now.
#[derive(Debug)]
pub struct ChangedJobs {
    /// Where to go on: every change up to here has been passed on, in this portion or an earlier one. A portion with
    /// more to follow repeats the position before it.
    pub position: Position,
    /// Whether this is the last portion of the changes that were found together.
    pub is_last: bool,
    /// When reading them began.
    pub begun: Instant,
    /// Whether it was looked up which of their connectors exist.
    pub(in crate::sync_job) knows_connectors: bool,
    /// The jobs, each once, in no particular order.
    pub jobs: Vec<ChangedJob>,
}

/// A sync job that has changed.
#[derive(Debug)]
pub struct ChangedJob {
    /// Its id.
    pub id: Id,
    /// What has become of it.
    pub state: JobState,
    /// Whether its connector does not exist; `None` if it names none, or if this was not looked up.
    pub is_orphaned: Option<bool>,
    last_change: LastChange,
}

/// What has become of a sync job that has changed.
#[derive(Debug)]
pub enum JobState {
    /// It is there.
    Present(PresentJob),
    /// It was deleted: what it was found by, where that is known.
    Deleted(Option<FilteredValues>),
}

/// A sync job as it is now.
#[derive(Debug)]
pub struct PresentJob {
    /// Its text with its `id`, as clients see it.
    pub text: Bytes,
    /// The same, parsed.
    pub job: SyncJob,
}

impl UnreadJob {
    /// The sync jobs among changed documents.
    pub(in crate::sync_job) fn among(
        changed: Vec<(Collection, Id)>,
        mut deleted: Deletions,
    ) -> impl Iterator<Item = Self> {
        let jobs = changed.into_iter().filter(|(collection, _)| *collection == Collection::SYNC_JOBS);
        jobs.map(move |changed| {
            let last_change = deleted.remove(&changed).map_or(LastChange::Written, LastChange::Deleted);
            Self { id: changed.1, last_change }
        })
    }

    /// What has become of it; `None` if it was deleted after the change, which is reported by itself.
    fn read(&self, found: Option<Versioned>) -> Result<Option<ChangedJob>, StoreError> {
        let state = match (found, &self.last_change) {
            (Some(found), _) => JobState::Present(PresentJob::parse(found)?),
            (None, LastChange::Deleted(values)) => {
                JobState::Deleted(values.as_ref().and_then(LastValues::read))
            }
            (None, LastChange::Written) => return Ok(None),
        };
        let (id, last_change) = (self.id.clone(), self.last_change.clone());
        Ok(Some(ChangedJob { id, state, is_orphaned: None, last_change }))
    }
}

impl ChangedJobs {
    /// No jobs up to a position.
    pub(super) fn none(position: Position) -> Self {
        Self { position, is_last: true, begun: Instant::now(), knows_connectors: true, jobs: Vec::new() }
    }

    /// Reads the jobs that changed before a position, and which of their connectors exist if that is asked for.
    pub(in crate::sync_job) async fn read(
        store: &dyn Store,
        unread: &[UnreadJob],
        position: Position,
        is_last: bool,
        knows_connectors: bool,
    ) -> Result<Self, StoreError> {
        let begun = Instant::now();
        let ids: Vec<Id> = unread.iter().map(|job| job.id.clone()).collect();
        let found = store.read(Collection::SYNC_JOBS, &ids, Deadline::of_work_from_now()).await?;
        let read = unread.iter().zip(found).filter_map(|(job, found)| job.read(found).transpose());
        let mut jobs: Vec<ChangedJob> = read.collect::<Result<_, _>>()?;
        if knows_connectors {
            look_up_connectors(store, &mut jobs).await?;
        }
        Ok(Self { position, is_last, begun, knows_connectors, jobs })
    }
}

impl ChangedJob {
    /// The job as it is to be read again.
    pub(in crate::sync_job) fn unread(&self) -> UnreadJob {
        UnreadJob { id: self.id.clone(), last_change: self.last_change.clone() }
    }

    /// Whether somebody hears of it who follows the jobs that a filter selects, and sees only some: a job is selected
    /// as it is now, a deleted one as it last was. If that is not known, it is reported to those from whom no job is hidden.
    #[must_use]
    pub fn is_told(&self, filter: &SyncJobFilter, sight: &Sight) -> bool {
        match &self.state {
            JobState::Present(present) => self.is_selected(filter, sight, present.job.document()),
            JobState::Deleted(Some(last)) => self.is_selected(filter, sight, last),
            JobState::Deleted(None) => !sight.limits(Collection::SYNC_JOBS),
        }
    }

    fn is_selected(&self, filter: &SyncJobFilter, sight: &Sight, values: &impl IndexedValues) -> bool {
        let id = self.id.as_str();
        filter.conditions.iter().all(|condition| condition.matches(Collection::SYNC_JOBS, id, values))
            && filter.orphaned.is_none_or(|orphaned| self.is_orphaned == Some(orphaned))
            && sight.sees(Collection::SYNC_JOBS, id, values)
    }

    /// The connectors that it names, or named last.
    fn connector_ids(&self) -> Vec<String> {
        let Some(field) = Collection::SYNC_JOBS.field(sync_job_fields::CONNECTOR_ID) else {
            return Vec::new();
        };
        match &self.state {
            JobState::Present(present) => present.job.document().words(field),
            JobState::Deleted(last) => last.as_ref().map(|last| last.words(field)).unwrap_or_default(),
        }
    }
}

impl PresentJob {
    /// Parses a stored job.
    pub(super) fn parse(stored: Versioned) -> Result<Self, StoreError> {
        let text =
            std::str::from_utf8(&stored.document).map_err(|error| StoreError::Backend(error.into()))?;
        let document = Document::parse(text).map_err(|error| StoreError::Backend(error.into()))?;
        Ok(Self { job: document.into(), text: stored.document })
    }
}

/// Says of each job whether its connector exists, with one read for all.
async fn look_up_connectors(store: &dyn Store, jobs: &mut [ChangedJob]) -> Result<(), StoreError> {
    let named: Vec<Vec<String>> = jobs.iter().map(ChangedJob::connector_ids).collect();
    // What is no id is the id of no connector.
    let ids: BTreeSet<Id> =
        named.iter().flatten().filter_map(|id| Id::parse("id", id.as_str()).ok()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<Id> = ids.into_iter().collect();
    let found = store.read(Collection::CONNECTORS, &ids, Deadline::of_work_from_now()).await?;
    let is_live = Connector::is_live();
    let is_live = |id: &Id, found: Versioned| {
        let values =
            FilteredValues::of_text(Collection::CONNECTORS, std::str::from_utf8(&found.document).ok()?)?;
        is_live.matches(Collection::CONNECTORS, id.as_str(), &values).then(|| id.to_string())
    };
    let live: HashSet<String> = ids.iter().zip(found).filter_map(|(id, found)| is_live(id, found?)).collect();
    for (job, named) in jobs.iter_mut().zip(named) {
        job.is_orphaned = (!named.is_empty()).then(|| !named.iter().any(|id| live.contains(id)));
    }
    Ok(())
}
