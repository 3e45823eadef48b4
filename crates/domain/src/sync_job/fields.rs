//! The known fields of a sync job, declared once.

use crate::field::fields;
use crate::{Count, Object, SyncJobStatus, SyncJobType, Timestamp, TriggerMethod};

fields! {
    /// Every field of a sync job that this crate knows, by name.
    SYNC_JOB_FIELDS {
        /// When cancelling was asked for; absent until then.
        CANCELATION_REQUESTED_AT: Timestamp = "cancelation_requested_at",
        /// When the job was canceled; absent until then.
        CANCELED_AT: Timestamp = "canceled_at",
        /// When the job reached a final status; absent until then.
        COMPLETED_AT: Timestamp = "completed_at",
        /// The connector as it was when the job was created: id, filtering (its active rules),
        /// `index_name`, language, pipeline, `service_type`, configuration; later its `sync_cursor`.
        CONNECTOR: Object = "connector",
        /// When the job was created; lists are in this order.
        CREATED_AT: Timestamp = "created_at",
        /// How many documents the job deleted.
        DELETED_DOCUMENT_COUNT: Count = "deleted_document_count",
        /// What went wrong; present when the status is error.
        ERROR: String = "error",
        /// How many documents the job wrote.
        INDEXED_DOCUMENT_COUNT: Count = "indexed_document_count",
        /// How much data the job wrote, as its worker counts it (Elasticsearch documents MiB).
        INDEXED_DOCUMENT_VOLUME: Count = "indexed_document_volume",
        /// What the job reads: everything, changes, or access control.
        JOB_TYPE: SyncJobType = "job_type",
        /// When its worker last gave a sign of life.
        LAST_SEEN: Timestamp = "last_seen",
        /// Whatever the worker keeps with the job.
        METADATA: Object = "metadata",
        /// When a worker last took the job up; absent until then.
        STARTED_AT: Timestamp = "started_at",
        /// Where the job is in its life.
        STATUS: SyncJobStatus = "status",
        /// How many documents the index has after the job.
        TOTAL_DOCUMENT_COUNT: Count = "total_document_count",
        /// Whether somebody asked for the job or its schedule did.
        TRIGGER_METHOD: TriggerMethod = "trigger_method",
        /// The host of the worker that has the job; absent until one claims it.
        WORKER_HOSTNAME: String = "worker_hostname",
    }
}

/// The place of a connector's cursor in the copy that a job has of it.
pub(crate) const SYNC_CURSOR: crate::Field<Object> = crate::Field::new("sync_cursor");
