//! The known fields of a sync job, declared once.

use crate::field::fields;
use crate::{Count, Object, SyncJobStatus, SyncJobType, Timestamp, TriggerMethod};

fields! {
    /// Every field of a sync job that this crate knows, by name.
    SYNC_JOB_FIELDS {
        /// When cancellation was requested; absent until then.
        CANCELATION_REQUESTED_AT: Timestamp = "cancelation_requested_at",
        /// When the job was canceled; absent until then.
        CANCELED_AT: Timestamp = "canceled_at",
        /// When the job reached a final status; absent until then.
        COMPLETED_AT: Timestamp = "completed_at",
        /// A copy of the connector from when the job was created: id, filtering (its active rules), `index_name`,
        /// language, pipeline, `service_type`, configuration; later its `sync_cursor`.
        CONNECTOR: Object = "connector",
        /// When the job was created; lists are sorted by it.
        CREATED_AT: Timestamp = "created_at",
        /// How many documents the job deleted.
        DELETED_DOCUMENT_COUNT: Count = "deleted_document_count",
        /// The error message; present if the status is error.
        ERROR: String = "error",
        /// How many documents the job indexed.
        INDEXED_DOCUMENT_COUNT: Count = "indexed_document_count",
        /// The volume of the indexed documents, in the worker's unit (Elasticsearch documents MiB).
        INDEXED_DOCUMENT_VOLUME: Count = "indexed_document_volume",
        /// The job type: full, incremental or access control.
        JOB_TYPE: SyncJobType = "job_type",
        /// The last heartbeat of its worker.
        LAST_SEEN: Timestamp = "last_seen",
        /// Metadata of the worker.
        METADATA: Object = "metadata",
        /// When a worker last claimed the job; absent until then.
        STARTED_AT: Timestamp = "started_at",
        /// Its status.
        STATUS: SyncJobStatus = "status",
        /// How many documents the index contains after the job.
        TOTAL_DOCUMENT_COUNT: Count = "total_document_count",
        /// Whether the job was created on demand or by a schedule.
        TRIGGER_METHOD: TriggerMethod = "trigger_method",
        /// The host name of the worker that holds the job; absent until one claims it.
        WORKER_HOSTNAME: String = "worker_hostname",
    }
}

/// The connector's cursor in the job's copy of the connector.
pub(crate) const SYNC_CURSOR: crate::Field<Object> = crate::Field::new("sync_cursor");
