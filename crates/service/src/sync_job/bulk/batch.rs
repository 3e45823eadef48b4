//! One batch of a change of many sync jobs: read, decided on, written.

use std::collections::HashMap;

use tributary_domain::{
    ConflictPolicy, Connector, Document, Id, InclusionOfDeleted, NewSyncJob, Query, Refusal, SyncJob,
    bulk_retry_id,
};
use tributary_storage::{Action, Collection, Deadline, Operation, Store, StoreError, Versioned};

use super::report::BulkReport;
use super::terms::{BulkChange, BulkTerms};
use crate::sync_job::listed::parse;
use crate::{Context, Result};

/// The batches of a call.
pub(super) struct Batch<'c> {
    pub(super) store: &'c dyn Store,
    pub(super) context: &'c Context,
    pub(super) query: &'c Query,
    pub(super) change: BulkChange,
    pub(super) terms: &'c BulkTerms,
}

/// What is to be done for a job.
struct Step {
    /// The job that matched.
    job: Id,
    operation: Operation,
}

/// A job that is to be retried.
struct Retry {
    ended: Id,
    new: NewSyncJob,
    connector_id: Id,
}

impl Batch<'_> {
    /// Handles these jobs. An error means that nothing of them was changed.
    pub(super) async fn carry_out(&self, ids: Vec<Id>, report: &mut BulkReport) -> Result<()> {
        let found = self.store.read(Collection::SYNC_JOBS, &ids, Deadline::of_work_from_now()).await?;
        let mut steps = Vec::with_capacity(ids.len());
        let mut retries = Vec::new();
        for (id, found) in ids.into_iter().zip(found) {
            let job = found.as_ref().map(|found| parse(&found.document)).transpose()?;
            // Others may have changed or deleted it since it was listed.
            match found.zip(job.filter(|job| self.query.matches(id.as_str(), job))) {
                None => report.noops += 1,
                Some((found, job)) => match self.decide(id, &found, job) {
                    Decision::Ignore => {}
                    Decision::Noop => report.noops += 1,
                    Decision::Step(step) => steps.push(step),
                    Decision::Retry(retry) => retries.push(retry),
                    Decision::Refuse(id, refusal) => report.fail(id, refusal.into()),
                },
            }
        }
        steps.extend(self.decide_retries(retries, report).await?);
        self.write(steps, report).await;
        report.batches += 1;
        Ok(())
    }

    fn decide(&self, id: Id, found: &Versioned, document: Document) -> Decision {
        let job = SyncJob::from(document);
        let step =
            |id: Id, action| Decision::Step(Step { job: id.clone(), operation: Operation { id, action } });
        match self.change {
            BulkChange::Delete => step(id, Action::Delete(found.version)),
            BulkChange::Cancel => match job.cancel(id.as_str(), self.context.now()) {
                Ok(canceled) => step(id, Action::Replace(found.version, canceled.into())),
                Err(Refusal::ForbiddenTransition { .. }) => Decision::Noop,
                Err(refusal) => Decision::Refuse(id, refusal),
            },
            // Created by this call.
            BulkChange::Retry if job.is_bulk_retry_of(&id, self.context.now()) => Decision::Ignore,
            BulkChange::Retry => {
                match job.retry(id.as_str()).and_then(|new| Ok((new.connector_id()?, new))) {
                    Ok((connector_id, new)) => Decision::Retry(Retry { ended: id, new, connector_id }),
                    Err(Refusal::NotEnded { .. }) => Decision::Noop,
                    Err(refusal) => Decision::Refuse(id, refusal),
                }
            }
        }
    }

    /// Decides on new jobs, each with a copy of its connector as it is now.
    async fn decide_retries(&self, retries: Vec<Retry>, report: &mut BulkReport) -> Result<Vec<Step>> {
        if retries.is_empty() {
            return Ok(Vec::new());
        }
        let connectors = self.connectors(&retries).await?;
        let mut steps = Vec::with_capacity(retries.len());
        for Retry { ended, new, connector_id } in retries {
            let connector = connectors.get(&connector_id).cloned().flatten();
            let decided = connector
                .ok_or_else(|| Refusal::ConnectorNotFound(connector_id.to_string()))
                .and_then(|connector| connector.visible(connector_id.as_str(), InclusionOfDeleted(false)))
                .and_then(|connector| new.decide(&connector, self.context.now()))
                .and_then(|job| Ok((bulk_retry_id(&ended)?, job.retrying(ended.as_str()))));
            match decided {
                Ok((id, job)) => {
                    steps.push(Step {
                        job: ended,
                        operation: Operation { id, action: Action::Create(job.into()) },
                    });
                }
                Err(refusal) => report.fail(ended, refusal.into()),
            }
        }
        if self.terms.is_dry_run {
            return self.without_present(steps, report).await;
        }
        Ok(steps)
    }

    /// The connectors of jobs, each read once.
    async fn connectors(&self, retries: &[Retry]) -> Result<HashMap<Id, Option<Connector>>> {
        let mut ids: Vec<Id> = retries.iter().map(|retry| retry.connector_id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.read(Collection::CONNECTORS, &ids, Deadline::of_work_from_now()).await?;
        let parsed = found
            .into_iter()
            .map(|found| found.map(|found| parse(&found.document).map(Connector::from)).transpose());
        ids.into_iter().zip(parsed).map(|(id, connector)| Ok((id, connector?))).collect()
    }

    /// The new jobs that are not there yet.
    async fn without_present(&self, steps: Vec<Step>, report: &mut BulkReport) -> Result<Vec<Step>> {
        let ids: Vec<Id> = steps.iter().map(|step| step.operation.id.clone()).collect();
        let found = self.store.read(Collection::SYNC_JOBS, &ids, Deadline::of_work_from_now()).await?;
        let (present, absent): (Vec<_>, Vec<_>) =
            steps.into_iter().zip(found).partition(|(_, found)| found.is_some());
        report.noops += present.len() as u64;
        Ok(absent.into_iter().map(|(step, _)| step).collect())
    }

    /// Writes what was decided, and counts what became of it.
    async fn write(&self, steps: Vec<Step>, report: &mut BulkReport) {
        if self.terms.is_dry_run {
            for step in &steps {
                report.count_changed(&step.job, true);
            }
            return;
        }
        let (jobs, operations): (Vec<Id>, Vec<Operation>) =
            steps.into_iter().map(|step| (step.job, step.operation)).unzip();
        if operations.is_empty() {
            return;
        }
        let results = self.store.write(Collection::SYNC_JOBS, operations, Deadline::of_work_from_now()).await;
        for (job, result) in jobs.into_iter().zip(results) {
            match result {
                Ok(_) => report.count_changed(&job, false),
                // Deleted by others, or retried before: nothing is left to be done.
                Err(StoreError::NotFound) => report.noops += 1,
                Err(StoreError::Conflict) if self.change == BulkChange::Retry => report.noops += 1,
                Err(StoreError::Conflict) => {
                    report.version_conflicts += 1;
                    if self.terms.conflicts == ConflictPolicy::Abort {
                        report.abort(Some(job), StoreError::Conflict.into());
                    }
                }
                Err(error @ (StoreError::Rejected(_) | StoreError::IndexNameTaken { .. })) => {
                    report.fail(job, error.into());
                }
                Err(error) => report.abort(Some(job), error.into()),
            }
        }
    }
}

/// What becomes of a job.
enum Decision {
    /// It does not count.
    Ignore,
    Noop,
    Step(Step),
    Retry(Retry),
    Refuse(Id, Refusal),
}
