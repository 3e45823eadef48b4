//! The known fields of a connector, declared once.

use crate::field::fields;
use crate::{ConnectorStatus, Count, Object, SyncJobStatus, Timestamp};

fields! {
    /// The fields of a connector that this crate knows, by name.
    CONNECTOR_FIELDS {
        /// The id of the API key that its worker uses; absent if nobody said so.
        API_KEY_ID: String = "api_key_id",
        /// The id of the secret in which that key is kept; absent if nobody said so.
        API_KEY_SECRET_ID: String = "api_key_secret_id",
        /// What has to be known to reach the source: one entry a setting, with its value.
        CONFIGURATION: Object = "configuration",
        /// Schedules beside those of the job types.
        CUSTOM_SCHEDULING: Object = "custom_scheduling",
        /// Whether it was deleted softly; absent or false otherwise.
        DELETED: bool = "deleted",
        /// What it is for; absent if nobody said so.
        DESCRIPTION: String = "description",
        /// What went wrong last; null or absent when nothing did.
        ERROR: String = "error",
        /// What its worker can do, each with whether that is switched on; absent if nobody said so.
        FEATURES: Object = "features",
        /// Which documents it takes: the active rules and a draft of the next ones, of each domain.
        FILTERING: Vec<Object> = "filtering",
        /// The index it writes to; absent or null while it is not attached to one.
        INDEX_NAME: String = "index_name",
        /// Whether Elastic's own infrastructure would run it.
        IS_NATIVE: bool = "is_native",
        /// The language of its documents, for their analysis; absent if nobody said so.
        LANGUAGE: String = "language",
        /// What went wrong in the last sync of permissions; null or absent when nothing did.
        LAST_ACCESS_CONTROL_SYNC_ERROR: String = "last_access_control_sync_error",
        /// When the last sync of permissions was asked for by its schedule; absent until then.
        LAST_ACCESS_CONTROL_SYNC_SCHEDULED_AT: Timestamp = "last_access_control_sync_scheduled_at",
        /// How the last sync of permissions stands; absent until there is one.
        LAST_ACCESS_CONTROL_SYNC_STATUS: SyncJobStatus = "last_access_control_sync_status",
        /// How many documents the last sync deleted; absent until there is one.
        LAST_DELETED_DOCUMENT_COUNT: Count = "last_deleted_document_count",
        /// When the last sync of changes was asked for by its schedule; absent until then.
        LAST_INCREMENTAL_SYNC_SCHEDULED_AT: Timestamp = "last_incremental_sync_scheduled_at",
        /// How many documents the last sync wrote; absent until there is one.
        LAST_INDEXED_DOCUMENT_COUNT: Count = "last_indexed_document_count",
        /// When its worker last gave a sign of life; absent until then.
        LAST_SEEN: Timestamp = "last_seen",
        /// What went wrong in the last sync; null or absent when nothing did.
        LAST_SYNC_ERROR: String = "last_sync_error",
        /// When the last full sync was asked for by its schedule; absent until then.
        LAST_SYNC_SCHEDULED_AT: Timestamp = "last_sync_scheduled_at",
        /// How the last sync stands; absent until there is one.
        LAST_SYNC_STATUS: SyncJobStatus = "last_sync_status",
        /// When the last sync ended; absent until one has.
        LAST_SYNCED: Timestamp = "last_synced",
        /// Its name for people.
        NAME: String = "name",
        /// What happens to documents before they are indexed; absent if nobody said so.
        PIPELINE: Object = "pipeline",
        /// When each type of job runs.
        SCHEDULING: Object = "scheduling",
        /// The kind of source it reads; absent while it is not known.
        SERVICE_TYPE: String = "service_type",
        /// Where it is on its way to its first sync, and how it fares since.
        STATUS: ConnectorStatus = "status",
        /// Where the last sync stopped, in whatever form its worker needs; absent until one says so.
        SYNC_CURSOR: Object = "sync_cursor",
        /// Whether a sync was asked for out of turn.
        SYNC_NOW: bool = "sync_now",
    }
}
