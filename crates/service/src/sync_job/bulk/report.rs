//! What a change of many sync jobs has done.

use tributary_domain::Id;

use super::terms::{BulkChange, BulkTerms};
use crate::{Context, ServiceError};

/// How many ids of jobs a dry run reports.
const MAXIMUM_EXAMPLES: usize = 10;
/// How many failures of single jobs are reported.
const MAXIMUM_FAILURES: usize = 100;

/// Why a job was not changed, or why the call ended.
#[derive(Debug)]
pub struct BulkFailure {
    /// The job; `None` if the failure concerns no single one.
    pub id: Option<Id>,
    /// The reason.
    pub error: ServiceError,
}

/// What a change of many sync jobs has done, or would have done.
#[derive(Debug, Default)]
pub struct BulkReport {
    /// How many jobs matched when the call began, at most as many as are to be handled.
    pub total: u64,
    /// How many jobs were canceled, deleted or created.
    pub changed: u64,
    /// How many batches were written.
    pub batches: u64,
    /// How many jobs others changed at the same time, so that they were left as they are.
    pub version_conflicts: u64,
    /// How many jobs there was nothing to do for.
    pub noops: u64,
    /// The first jobs that a dry run would have changed.
    pub examples: Vec<Id>,
    /// Failures of single jobs, the first 100.
    pub failures: Vec<BulkFailure>,
    /// What ended the call before all jobs were handled.
    pub ended_by: Option<BulkFailure>,
}

impl BulkReport {
    /// Counts a job as changed; `id` is an example for a dry run.
    pub(super) fn count_changed(&mut self, id: &Id, is_dry_run: bool) {
        self.changed += 1;
        if is_dry_run && self.examples.len() < MAXIMUM_EXAMPLES {
            self.examples.push(id.clone());
        }
    }

    /// Adds the failure of a single job.
    pub(super) fn fail(&mut self, id: Id, error: ServiceError) {
        if self.failures.len() < MAXIMUM_FAILURES {
            self.failures.push(BulkFailure { id: Some(id), error });
        }
    }

    /// Ends the call by a failure; only the first one counts.
    pub(super) fn abort(&mut self, id: Option<Id>, error: ServiceError) {
        self.ended_by.get_or_insert(BulkFailure { id, error });
    }

    /// One line that says who did what, as operators look for it.
    pub(super) fn log(
        &self,
        context: &Context,
        change: BulkChange,
        terms: &BulkTerms,
        error: Option<&ServiceError>,
    ) {
        let error = error.or(self.ended_by.as_ref().map(|failure| &failure.error));
        tracing::info!(
            principal = context.principal().identity(),
            change = change.name(),
            selection = terms.selection,
            dry_run = terms.is_dry_run,
            total = self.total,
            changed = self.changed,
            noops = self.noops,
            version_conflicts = self.version_conflicts,
            failures = self.failures.len(),
            error = error.map(|error| error as &dyn std::error::Error),
            "sync jobs are changed by a query"
        );
    }
}
