//! The known fields of a connector, declared once.

use crate::field::fields;
use crate::{ConnectorStatus, Count, Object, SyncJobStatus, Timestamp};

fields! {
    /// The fields of a connector that this crate knows, by name.
    CONNECTOR_FIELDS {
        /// The id of the API key that its worker uses; absent if not set.
        API_KEY_ID: String = "api_key_id",
        /// The id of the secret that contains the API key; absent if not set.
        API_KEY_SECRET_ID: String = "api_key_secret_id",
        /// The settings needed to connect to the data source, with their values, by name.
        CONFIGURATION: Object = "configuration",
        /// Schedules other than those of the job types.
        CUSTOM_SCHEDULING: Object = "custom_scheduling",
        /// Whether it is softly deleted; otherwise absent or false.
        DELETED: bool = "deleted",
        /// Its description; absent if not set.
        DESCRIPTION: String = "description",
        /// The last error; null or absent if there is none.
        ERROR: String = "error",
        /// The features of its worker, each enabled or disabled; absent if not set.
        FEATURES: Object = "features",
        /// The filtering rules: for each domain, the active rules and a draft.
        FILTERING: Vec<Object> = "filtering",
        /// The index it writes to; absent or null if it is not attached to one.
        INDEX_NAME: String = "index_name",
        /// Whether it is a native connector, run by Elastic.
        IS_NATIVE: bool = "is_native",
        /// The language of its documents, for text analysis; absent if not set.
        LANGUAGE: String = "language",
        /// The error of the last access control sync; null or absent if there is none.
        LAST_ACCESS_CONTROL_SYNC_ERROR: String = "last_access_control_sync_error",
        /// When the last access control sync was scheduled; absent if there is none.
        LAST_ACCESS_CONTROL_SYNC_SCHEDULED_AT: Timestamp = "last_access_control_sync_scheduled_at",
        /// The status of the last access control sync; absent if there is none.
        LAST_ACCESS_CONTROL_SYNC_STATUS: SyncJobStatus = "last_access_control_sync_status",
        /// How many documents the last sync deleted; absent if there is none.
        LAST_DELETED_DOCUMENT_COUNT: Count = "last_deleted_document_count",
        /// When the last incremental sync was scheduled; absent if there is none.
        LAST_INCREMENTAL_SYNC_SCHEDULED_AT: Timestamp = "last_incremental_sync_scheduled_at",
        /// How many documents the last sync indexed; absent if there is none.
        LAST_INDEXED_DOCUMENT_COUNT: Count = "last_indexed_document_count",
        /// The last heartbeat of its worker; absent if there is none.
        LAST_SEEN: Timestamp = "last_seen",
        /// The error of the last sync; null or absent if there is none.
        LAST_SYNC_ERROR: String = "last_sync_error",
        /// When the last full sync was scheduled; absent if there is none.
        LAST_SYNC_SCHEDULED_AT: Timestamp = "last_sync_scheduled_at",
        /// The status of the last sync; absent if there is none.
        LAST_SYNC_STATUS: SyncJobStatus = "last_sync_status",
        /// When the last sync ended; absent if none has.
        LAST_SYNCED: Timestamp = "last_synced",
        /// Its display name.
        NAME: String = "name",
        /// The ingest pipeline of its documents; absent if not set.
        PIPELINE: Object = "pipeline",
        /// The schedule of each job type.
        SCHEDULING: Object = "scheduling",
        /// The type of its data source; absent if not set.
        SERVICE_TYPE: String = "service_type",
        /// Its status.
        STATUS: ConnectorStatus = "status",
        /// Where the last sync stopped, in the worker's own format; absent until a worker sets it.
        SYNC_CURSOR: Object = "sync_cursor",
        /// Whether a sync outside the schedule was requested.
        SYNC_NOW: bool = "sync_now",
    }
}
