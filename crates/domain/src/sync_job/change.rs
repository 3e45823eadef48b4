//! State changes of a sync job: each function returns the next state or a refusal.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::{SyncJob, fields};
use crate::{Count, Document, Lenient, Object, Refusal, SyncJobStatus, Timestamp};

/// The maximum length of a worker's name in bytes.
pub const MAXIMUM_WORKER_HOSTNAME_BYTES: usize = 1_024;

/// The number of counts that `_stats` requires.
const REQUIRED_COUNTS: usize = 3;

/// The body of a claim.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncJobClaim {
    /// The host name of the worker, which identifies it.
    #[schemars(length(min = 1, max = MAXIMUM_WORKER_HOSTNAME_BYTES))]
    pub worker_hostname: String,
    /// Where the connector's last run stopped, in the worker's own format.
    pub sync_cursor: Option<Object>,
}

/// The body that reports an error.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncJobFailure {
    /// The error message.
    #[schemars(length(min = 1))]
    pub error: String,
}

/// The statistics of a job: the body of `_stats`, and optional in calls that end a job.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// How many documents were deleted.
    #[schemars(range(min = 0))]
    pub deleted_document_count: Option<Lenient<Count>>,
    /// How many documents were indexed.
    #[schemars(range(min = 0))]
    pub indexed_document_count: Option<Lenient<Count>>,
    /// The volume of the indexed documents.
    #[schemars(range(min = 0))]
    pub indexed_document_volume: Option<Lenient<Count>>,
    /// How many documents the index contains.
    #[schemars(range(min = 0))]
    pub total_document_count: Option<Lenient<Count>>,
    /// The last heartbeat of the worker; defaults to now.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_seen: Option<Timestamp>,
    /// Merged recursively into the job's metadata.
    pub metadata: Option<Object>,
}

/// The body of `_stats`: statistics of which the first three counts are required.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct CompleteStatistics(pub Statistics);

impl JsonSchema for CompleteStatistics {
    fn schema_name() -> Cow<'static, str> {
        "CompleteStatistics".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Statistics::json_schema(generator);
        let required = Statistics::default().counts().map(|(field, _)| field.name);
        let required = &required[..REQUIRED_COUNTS];
        for name in required {
            if let Some(field) = schema.pointer_mut(&format!("/properties/{name}")) {
                field["type"] = ["integer", "string"].as_slice().into();
            }
        }
        schema.insert("required".to_owned(), required.into());
        schema
    }
}

impl Statistics {
    /// All counts with their names, in the order in which errors are listed.
    fn counts(&self) -> [(crate::Field<Count>, Option<Count>); 4] {
        [
            (fields::DELETED_DOCUMENT_COUNT, self.deleted_document_count),
            (fields::INDEXED_DOCUMENT_COUNT, self.indexed_document_count),
            (fields::INDEXED_DOCUMENT_VOLUME, self.indexed_document_volume),
            (fields::TOTAL_DOCUMENT_COUNT, self.total_document_count),
        ]
        .map(|(field, count)| (field, count.map(|Lenient(count)| count)))
    }

    /// Rejects negative counts, all of them in one error.
    pub fn check(&self) -> Result<(), Refusal> {
        Refusal::if_any(self.negative())
    }

    /// Rejects negative and missing counts, all of them in one error: for `_stats`.
    pub fn check_complete(&self) -> Result<(), Refusal> {
        let required = &self.counts()[..REQUIRED_COUNTS];
        let missing = required.iter().filter(|(_, count)| count.is_none());
        let missing = missing.map(|(field, _)| format!("[{}] is required", field.name));
        Refusal::if_any(missing.chain(self.negative()).collect())
    }

    fn negative(&self) -> Vec<String> {
        let counts = self.counts().into_iter().filter_map(|(field, count)| Some((field, count?)));
        let negative = counts.filter(|(_, count)| *count < Count(0));
        negative
            .map(|(field, count)| format!("[{}] cannot be negative, but was [{}]", field.name, count.0))
            .collect()
    }

    fn apply(&self, document: &mut Document, now: Timestamp) {
        for (field, count) in self.counts() {
            document.set_if_some(field, count.as_ref());
        }
        document.set(fields::LAST_SEEN, &self.last_seen.unwrap_or(now));
        if let Some(added) = &self.metadata {
            let mut metadata = document.get(fields::METADATA).unwrap_or_default();
            metadata.merge(added);
            document.set(fields::METADATA, &metadata);
        }
    }
}

impl SyncJob {
    /// Heartbeat of the worker.
    #[must_use]
    pub fn check_in(mut self, now: Timestamp) -> Self {
        self.document.set(fields::LAST_SEEN, &now);
        self
    }

    /// Updates the statistics, which must have been checked.
    #[must_use]
    pub fn report(mut self, statistics: &Statistics, now: Timestamp) -> Self {
        statistics.apply(&mut self.document, now);
        self
    }

    /// Claims the job for a worker. Exclusive: rejected while another worker holds it; the same worker may repeat its
    /// claim, which counts as a heartbeat. The cursor is stored in the job's copy of its connector.
    pub fn claim(
        self,
        id: &str,
        worker: &str,
        cursor: Option<&Object>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        check_worker(worker)?;
        let mut claimed = if self.status() == Some(SyncJobStatus::InProgress) {
            let holder = self.worker_hostname().unwrap_or_else(|| "unknown".to_owned());
            if holder != worker {
                return Err(Refusal::ClaimedByAnother { id: id.to_owned(), worker: holder });
            }
            self
        } else {
            let mut started = self.step(id, SyncJobStatus::InProgress)?;
            started.document.set(fields::WORKER_HOSTNAME, &worker.to_owned());
            started.document.set(fields::STARTED_AT, &now);
            started
        };
        claimed.document.set(fields::LAST_SEEN, &now);
        if let Some(cursor) = cursor {
            claimed.put_cursor(id, cursor)?;
        }
        Ok(claimed)
    }

    fn put_cursor(&mut self, id: &str, cursor: &Object) -> Result<(), Refusal> {
        let connector = self.document.get(fields::CONNECTOR);
        if connector.is_none() && self.document.get_raw(fields::CONNECTOR.name).is_some() {
            let reason =
                format!("[connector] of sync job [{id}] is not an object, it cannot take a [sync_cursor]");
            return Err(Refusal::InvalidArgument(reason));
        }
        let mut connector = connector.unwrap_or_default();
        connector.set(fields::SYNC_CURSOR, cursor);
        self.document.set(fields::CONNECTOR, &connector);
        Ok(())
    }

    /// Requests cancellation: a job that no worker holds is canceled at once, a running one is canceling until its
    /// worker confirms.
    pub fn cancel(self, id: &str, now: Timestamp) -> Result<Self, Refusal> {
        let idle = matches!(self.status(), Some(SyncJobStatus::Pending | SyncJobStatus::Suspended));
        let next = if idle { SyncJobStatus::Canceled } else { SyncJobStatus::Canceling };
        let mut job = self.step(id, next)?;
        job.document.set(fields::CANCELATION_REQUESTED_AT, &now);
        if idle {
            job.document.set(fields::CANCELED_AT, &now);
            job.document.set(fields::COMPLETED_AT, &now);
        }
        Ok(job)
    }

    /// The worker confirms that it stopped on request. If cancellation was not requested before, it counts as
    /// requested now.
    pub fn confirm_canceled(
        self,
        id: &str,
        statistics: Option<&Statistics>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut job = self.end(id, SyncJobStatus::Canceled, statistics, now)?;
        job.document.set(fields::CANCELED_AT, &now);
        if job.document.get_raw(fields::CANCELATION_REQUESTED_AT.name).is_none() {
            job.document.set(fields::CANCELATION_REQUESTED_AT, &now);
        }
        Ok(job)
    }

    /// Completes the job.
    pub fn complete(
        self,
        id: &str,
        statistics: Option<&Statistics>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.end(id, SyncJobStatus::Completed, statistics, now)
    }

    /// The job fails.
    pub fn fail(self, id: &str, error: &str, now: Timestamp) -> Result<Self, Refusal> {
        if error.is_empty() {
            return Err(Refusal::validation("[error] must not be empty"));
        }
        let mut job = self.end(id, SyncJobStatus::Error, None, now)?;
        job.document.set(fields::ERROR, &error.to_owned());
        Ok(job)
    }

    /// Suspends the job, for any worker to resume.
    pub fn suspend(self, id: &str, statistics: Option<&Statistics>, now: Timestamp) -> Result<Self, Refusal> {
        let job = self.step(id, SyncJobStatus::Suspended)?;
        Ok(match statistics {
            Some(statistics) => job.report(statistics, now),
            None => job.check_in(now),
        })
    }

    fn end(
        self,
        id: &str,
        status: SyncJobStatus,
        statistics: Option<&Statistics>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut job = self.step(id, status)?;
        if let Some(statistics) = statistics {
            statistics.apply(&mut job.document, now);
        } else {
            job.document.set(fields::LAST_SEEN, &now);
        }
        job.document.set(fields::COMPLETED_AT, &now);
        Ok(job)
    }
}

fn check_worker(worker: &str) -> Result<(), Refusal> {
    if worker.is_empty() {
        return Err(Refusal::validation("[worker_hostname] must not be empty"));
    }
    if worker.len() > MAXIMUM_WORKER_HOSTNAME_BYTES {
        return Err(Refusal::validation(format!(
            "[worker_hostname] is too long, must be no longer than {MAXIMUM_WORKER_HOSTNAME_BYTES} bytes but was: {}",
            worker.len()
        )));
    }
    Ok(())
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
