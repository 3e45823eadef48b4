//! The changes of a sync job, as values.

use tributary_domain::{
    CompleteStatistics, Id, Refusal, Statistics, SyncJob, SyncJobClaim, SyncJobFailure, Timestamp,
};
use tributary_storage::{Collection, Outcome, Store, StoreExt};

use crate::{Context, Result};

/// A change of a sync job. Each variant is the call of Elasticsearch's API, or the extension, that its description
/// names. What the status of the job does not allow is refused with [`Refusal::ForbiddenTransition`].
#[derive(Debug, Clone)]
pub enum SyncJobChange {
    /// A worker claims it: `connector.sync_job_claim`. Of any number of concurrent claims exactly one succeeds, the
    /// others are refused with [`Refusal::ClaimedByAnother`]; the worker that has the job may repeat its claim.
    Claim(SyncJobClaim),
    /// Its worker is alive: `connector.sync_job_check_in`.
    CheckIn,
    /// What its worker has counted so far: `connector.sync_job_update_stats`. Refused if counts are missing or
    /// negative.
    Report(CompleteStatistics),
    /// It is canceled if no worker has it; otherwise its worker is asked to stop: `connector.sync_job_cancel`.
    Cancel,
    /// Its worker stopped on request: the extension `_canceled`. Refused if counts are negative.
    Canceled(Option<Statistics>),
    /// It ends well: the extension `_complete`. Refused if counts are negative.
    Complete(Option<Statistics>),
    /// Its worker suspends it, for any worker to resume: the extension `_suspend`. Refused if counts are negative.
    Suspend(Option<Statistics>),
    /// It ends with a failure: `connector.sync_job_error`. Refused if the error is empty.
    Fail(SyncJobFailure),
}

impl SyncJobChange {
    /// Refuses what is wrong regardless of the state of the job.
    fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Report(CompleteStatistics(statistics)) => statistics.check_complete(),
            Self::Canceled(statistics) | Self::Complete(statistics) | Self::Suspend(statistics) => {
                statistics.as_ref().map_or(Ok(()), Statistics::check)
            }
            Self::Claim(_) | Self::CheckIn | Self::Cancel | Self::Fail(_) => Ok(()),
        }
    }

    /// What the job becomes.
    fn decide(&self, job: SyncJob, id: &str, now: Timestamp) -> Result<SyncJob, Refusal> {
        match self {
            Self::Claim(claim) => job.claim(id, &claim.worker_hostname, claim.sync_cursor.as_ref(), now),
            Self::CheckIn => Ok(job.check_in(now)),
            Self::Report(CompleteStatistics(statistics)) => Ok(job.report(statistics, now)),
            Self::Cancel => job.cancel(id, now),
            Self::Canceled(statistics) => job.confirm_canceled(id, statistics.as_ref(), now),
            Self::Complete(statistics) => job.complete(id, statistics.as_ref(), now),
            Self::Suspend(statistics) => job.suspend(id, statistics.as_ref(), now),
            Self::Fail(failure) => job.fail(id, &failure.error, now),
        }
    }
}

/// Changes a sync job. The outcome is [`Outcome::Noop`] if it was like that already.
pub async fn change(
    store: &dyn Store,
    context: &Context,
    id: &Id,
    change: &SyncJobChange,
) -> Result<Outcome> {
    change.check()?;
    let now = context.now();
    Ok(context
        .bound(store)
        .change(Collection::SYNC_JOBS, id, |job| change.decide(job, id.as_str(), now))
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServiceError;
    use crate::test_support::{body, context, id, store, store_with_races, stored};

    fn claim_of(worker: usize) -> SyncJobChange {
        SyncJobChange::Claim(body(&format!(r#"{{"worker_hostname":"w{worker}"}}"#)))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_concurrent_claims_one_succeeds() {
        for _ in 0..20 {
            let store = store(&[(Collection::SYNC_JOBS, "j", r#"{"status":"pending"}"#)]).await;
            let claims = [0, 1, 2, 3, 4, 5].map(|worker| {
                let store = store.clone();
                tokio::spawn(async move { change(&*store, &context(), &id("j"), &claim_of(worker)).await })
            });
            let mut winners = Vec::new();
            for (worker, claim) in claims.into_iter().enumerate() {
                match claim.await.unwrap() {
                    Ok(outcome) => winners.push((worker, outcome)),
                    Err(ServiceError::Refused(Refusal::ClaimedByAnother { .. })) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            let [(winner, Outcome::Updated)] = winners[..] else { panic!("{winners:?}") };
            let job = stored(&*store, Collection::SYNC_JOBS, "j").await.unwrap();
            assert_eq!(job["worker_hostname"], format!("w{winner}"));
            let again = change(&*store, &context(), &id("j"), &claim_of(winner)).await.unwrap();
            assert_eq!(again, Outcome::Noop, "in the same instant");
        }
    }

    #[tokio::test]
    async fn who_loses_a_claim_is_told_who_has_the_job() {
        let store = store_with_races(&[
            r#"{"status":"pending"}"#,
            r#"{"status":"in_progress","worker_hostname":"w1"}"#,
        ]);
        match change(&store, &context(), &id("j"), &claim_of(2)).await {
            Err(ServiceError::Refused(Refusal::ClaimedByAnother { worker, .. })) => assert_eq!(worker, "w1"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn statistics_are_checked_before_the_job_is_looked_for() {
        let store = store(&[]).await;
        let negative = || body(r#"{"total_document_count":-1}"#);
        for (wanted, problems) in [
            (SyncJobChange::Report(body(r#"{"total_document_count":-1}"#)), 4),
            (SyncJobChange::Canceled(negative()), 1),
            (SyncJobChange::Complete(negative()), 1),
            (SyncJobChange::Suspend(negative()), 1),
        ] {
            match change(&*store, &context(), &id("j"), &wanted).await {
                Err(ServiceError::Refused(Refusal::ValidationFailed(found))) => {
                    assert_eq!(found.len(), problems, "{wanted:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        let missing = change(&*store, &context(), &id("j"), &SyncJobChange::Complete(None)).await;
        let refusal = matches!(missing, Err(ServiceError::Refused(Refusal::SyncJobNotFound(_))));
        assert!(refusal, "{missing:?}");
    }
}
