//! Sync jobs that have changed.

use std::time::Instant;

use bytes::Bytes;
use tributary_domain::{Collection, Document, Id, SyncJob};
use tributary_storage::{Deadline, Position, Store, StoreError, Versioned};

/// The most jobs that are read and passed on at a time.
pub(in crate::sync_job) const PORTION: usize = 32;

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
    /// The jobs, each once, in no particular order.
    pub jobs: Vec<ChangedJob>,
}

/// A sync job that has changed.
#[derive(Debug)]
pub struct ChangedJob {
    /// Its id.
    pub id: Id,
    /// The job; `None` if it is deleted.
    pub present: Option<PresentJob>,
}

/// A sync job as it is now.
#[derive(Debug)]
pub struct PresentJob {
    /// Its text with its `id`, as clients see it.
    pub text: Bytes,
    /// The same, parsed.
    pub job: SyncJob,
}

impl ChangedJobs {
    /// Reads the jobs that changed before a position.
    pub(in crate::sync_job) async fn read(
        store: &dyn Store,
        ids: &[Id],
        position: Position,
        is_last: bool,
    ) -> Result<Self, StoreError> {
        let begun = Instant::now();
        let found = store.read(Collection::SYNC_JOBS, ids, Deadline::of_work_from_now()).await?;
        let read = ids.iter().zip(found).map(|(id, found)| {
            let present = found.map(PresentJob::parse).transpose()?;
            Ok::<_, StoreError>(ChangedJob { id: id.clone(), present })
        });
        Ok(Self { position, is_last, begun, jobs: read.collect::<Result<_, _>>()? })
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
