//! Sync jobs: one run of a connector, from its creation to its end.

mod bulk;
mod change;
mod create;
mod fields;
mod pipeline;
mod rewrite;
mod schema;
mod sort;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::value::RawValue;

use crate::field::document_schema;
use crate::{Document, Refusal, SyncJobStatus};

pub use bulk::{ConflictPolicy, bulk_retry_id};
pub use change::{
    CompleteStatistics, MAXIMUM_WORKER_HOSTNAME_BYTES, Statistics, SyncJobClaim, SyncJobFailure,
};
pub use create::NewSyncJob;
pub use fields::SYNC_JOB_FIELDS;
pub(crate) use schema::SCHEMA;
pub use schema::sync_job_fields;
pub use sort::SyncJobSort;

/// A stored sync job. Its known fields are read and changed by the rules; all others are preserved.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncJob {
    document: Document,
}

impl JsonSchema for SyncJob {
    fn schema_name() -> Cow<'static, str> {
        "SyncJob".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let description = "A sync job: what is known of it, and every field that others stored with it.";
        document_schema(SYNC_JOB_FIELDS, description, generator)
    }
}

impl From<Document> for SyncJob {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl From<SyncJob> for Document {
    fn from(job: SyncJob) -> Self {
        job.document
    }
}

impl SyncJob {
    /// The stored document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The status, or `None` if the document has none of the seven.
    pub fn status(&self) -> Option<SyncJobStatus> {
        self.document.get(fields::STATUS)
    }

    /// The status as it is in the document, for messages.
    fn stored_status(&self) -> String {
        let status = self.document.get_raw(fields::STATUS.name).map_or("none", RawValue::get);
        status.trim_matches('"').to_owned()
    }

    /// Whether it has a final status.
    pub fn has_ended(&self) -> bool {
        self.status().is_some_and(SyncJobStatus::is_final)
    }

    /// The worker that holds, or last held, the job.
    pub fn worker_hostname(&self) -> Option<String> {
        self.document.get(fields::WORKER_HOSTNAME)
    }

    /// Changes the status to `to`; an error if the state machine does not allow it.
    fn step(mut self, id: &str, to: SyncJobStatus) -> Result<Self, Refusal> {
        if !self.status().is_some_and(|from| from.may_become(to)) {
            return Err(Refusal::ForbiddenTransition { id: id.to_owned(), from: self.stored_status(), to });
        }
        self.document.set(fields::STATUS, &to);
        Ok(self)
    }
}
