//! The ingest pipeline of a sync job, and what a sync has written through it.

use super::{SyncJob, fields};
use crate::{Count, Document, Field, Object, SyncJobStatus, SyncJobType};

/// The pipeline of a connector that names none.
const DEFAULT_PIPELINE: &str = "search-default-ingestion";

const PIPELINE: Field<Object> = Field::new("pipeline");
const NAME: Field<String> = Field::new("name");

impl SyncJob {
    /// The ingest pipeline that the documents of the job go through; none for a job that writes permissions.
    #[must_use]
    pub fn pipeline_name(&self) -> Option<String> {
        if self.document.get(fields::JOB_TYPE) == Some(SyncJobType::AccessControl) {
            return None;
        }
        let connector = self.document.get(fields::CONNECTOR).unwrap_or_default();
        let named = connector.get(PIPELINE).and_then(|pipeline| pipeline.get(NAME));
        Some(named.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT_PIPELINE.to_owned()))
    }

    /// Whether it is completed.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.status() == Some(SyncJobStatus::Completed)
    }

    /// Whether it reports that nothing was indexed, nothing was deleted, and the index is empty.
    #[must_use]
    pub fn has_written_nothing(&self) -> bool {
        let counts =
            [fields::INDEXED_DOCUMENT_COUNT, fields::DELETED_DOCUMENT_COUNT, fields::TOTAL_DOCUMENT_COUNT];
        counts.into_iter().all(|count| self.document.get(count).is_none_or(|count| count == Count(0)))
    }

    /// The same fields, with an error in place of the status.
    #[must_use]
    pub fn as_failure(self, error: &str) -> Document {
        let mut document = self.document;
        document.set(fields::STATUS, &SyncJobStatus::Error);
        document.set(fields::ERROR, &error.to_owned());
        document
    }
}
