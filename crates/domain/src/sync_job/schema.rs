//! The schema of sync jobs: the fields for queries, sorting and counts.

use crate::{CollectionSchema, IndexedField, Refusal};

/// The fields of sync jobs in queries.
pub mod sync_job_fields {
    /// When the job reached a final status.
    pub const COMPLETED_AT: &str = "completed_at";
    /// The connector that the job runs.
    pub const CONNECTOR_ID: &str = "connector.id";
    /// When the job was created.
    pub const CREATED_AT: &str = "created_at";
    /// How long the job ran, in milliseconds; computed, and in no document.
    pub const DURATION: &str = "duration";
    /// The error message.
    pub const ERROR: &str = "error";
    /// The index that the job writes to.
    pub const INDEX_NAME: &str = "connector.index_name";
    /// How many documents the job indexed.
    pub const INDEXED_DOCUMENT_COUNT: &str = "indexed_document_count";
    /// The type of the job.
    pub const JOB_TYPE: &str = "job_type";
    /// The last heartbeat of its worker.
    pub const LAST_SEEN: &str = "last_seen";
    /// The service type of its connector.
    pub const SERVICE_TYPE: &str = "connector.service_type";
    /// When a worker claimed the job.
    pub const STARTED_AT: &str = "started_at";
    /// The status of the job.
    pub const STATUS: &str = "status";
    /// Whether it was created on demand or by a schedule.
    pub const TRIGGER_METHOD: &str = "trigger_method";
    /// The host name of its worker.
    pub const WORKER_HOSTNAME: &str = "worker_hostname";
}
use sync_job_fields::{
    COMPLETED_AT, CONNECTOR_ID, CREATED_AT, DURATION, ERROR, INDEX_NAME, INDEXED_DOCUMENT_COUNT, JOB_TYPE,
    LAST_SEEN, SERVICE_TYPE, STARTED_AT, STATUS, TRIGGER_METHOD, WORKER_HOSTNAME,
};

/// Sync jobs are sorted by creation time. In addition to the fields of queries, the schema declares those that other
/// programs search for in the same index.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "sync_jobs",
    noun: "sync job",
    index_alias: ".elastic-connectors-sync-jobs",
    fields: &[
        IndexedField::date("cancelation_requested_at"),
        IndexedField::date("canceled_at"),
        IndexedField::date(COMPLETED_AT).filtered().sorted(),
        IndexedField::object("connector.configuration"),
        IndexedField::keyword(CONNECTOR_ID).filtered().counted(),
        IndexedField::keyword(INDEX_NAME).filtered().counted(),
        IndexedField::keyword("connector.language"),
        IndexedField::keyword(SERVICE_TYPE).filtered().counted(),
        IndexedField::object("connector.sync_cursor"),
        IndexedField::date(CREATED_AT).filtered().sorted(),
        IndexedField::number("deleted_document_count"),
        IndexedField::difference(DURATION, COMPLETED_AT, STARTED_AT).sorted(),
        IndexedField::keyword(ERROR).filtered(),
        IndexedField::number(INDEXED_DOCUMENT_COUNT).sorted(),
        IndexedField::number("indexed_document_volume"),
        IndexedField::keyword(JOB_TYPE).filtered().counted(),
        IndexedField::date(LAST_SEEN).filtered().sorted(),
        IndexedField::object("metadata"),
        IndexedField::date(STARTED_AT).filtered().sorted(),
        IndexedField::keyword(STATUS).filtered().counted(),
        IndexedField::number("total_document_count"),
        IndexedField::keyword(TRIGGER_METHOD).filtered().counted(),
        IndexedField::keyword(WORKER_HOSTNAME).filtered().counted(),
    ],
    order: Some(CREATED_AT),
    is_order_constant: true,
    pairs: &[[CONNECTOR_ID, STATUS], [CONNECTOR_ID, JOB_TYPE]],
    missing: Refusal::SyncJobNotFound,
    ..CollectionSchema::BASE
};
