//! The known fields of a connector, declared once.

use super::ConnectorStatus;
use crate::field::fields;
use crate::{Object, Timestamp};

fields! {
    /// The fields of a connector that this crate knows, by name.
    CONNECTOR_FIELDS {
        /// What has to be known to reach the source: one entry a setting, with its value.
        CONFIGURATION: Object = "configuration",
        /// Schedules beside those of the job types.
        CUSTOM_SCHEDULING: Object = "custom_scheduling",
        /// Whether it was deleted softly; absent or false otherwise.
        DELETED: bool = "deleted",
        /// What it is for; absent if nobody said so.
        DESCRIPTION: String = "description",
        /// The index it writes to; absent while it is not attached to one.
        INDEX_NAME: String = "index_name",
        /// Whether Elastic's own infrastructure would run it.
        IS_NATIVE: bool = "is_native",
        /// The language of its documents, for their analysis; absent if nobody said so.
        LANGUAGE: String = "language",
        /// When its worker last gave a sign of life; absent until then.
        LAST_SEEN: Timestamp = "last_seen",
        /// Its name for people.
        NAME: String = "name",
        /// When each type of job runs.
        SCHEDULING: Object = "scheduling",
        /// The kind of source it reads; absent while it is not known.
        SERVICE_TYPE: String = "service_type",
        /// Where it is on its way to its first sync, and how it fares since.
        STATUS: ConnectorStatus = "status",
        /// Whether a sync was asked for out of turn.
        SYNC_NOW: bool = "sync_now",
    }
}
