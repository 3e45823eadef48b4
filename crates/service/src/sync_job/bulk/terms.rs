//! What a change of many sync jobs does, and how.

use tributary_domain::ConflictPolicy;

/// What happens to each of the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkChange {
    /// It is canceled if no worker has it; otherwise its worker is asked to stop. Jobs that have ended or that are being
    /// canceled are no-ops.
    Cancel,
    /// It is deleted, whatever its status.
    Delete,
    /// A job like it is created, with the id that [`bulk_retry_id`](tributary_domain::bulk_retry_id) derives. Jobs that
    /// have not ended, and those that were retried this way before, are no-ops.
    Retry,
}

impl BulkChange {
    /// Its name in the log.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Delete => "delete",
            Self::Retry => "retry",
        }
    }
}

/// How many jobs are changed, and what happens if others change them at the same time.
#[derive(Debug, Clone)]
pub struct BulkTerms {
    /// How the caller has selected the jobs, in its own words: for the log.
    pub selection: String,
    /// What happens after a version conflict.
    pub conflicts: ConflictPolicy,
    /// The most jobs to handle, if there is a limit.
    pub max_docs: Option<u64>,
    /// Whether nothing is written: the report says what would have been done.
    pub is_dry_run: bool,
}

/// All jobs, up to the first version conflict.
impl Default for BulkTerms {
    fn default() -> Self {
        Self { selection: String::new(), conflicts: ConflictPolicy::Abort, max_docs: None, is_dry_run: false }
    }
}
