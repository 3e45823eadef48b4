//! The schema of sync jobs: the fields for queries, sorting and counts.

use crate::{CollectionSchema, IndexedField, Refusal};

/// The fields of sync jobs in queries.
pub mod sync_job_fields {
    /// The connector that the job runs.
    pub const CONNECTOR_ID: &str = "connector.id";
    /// When the job was created.
    pub const CREATED_AT: &str = "created_at";
    /// The type of the job.
    pub const JOB_TYPE: &str = "job_type";
    /// The status of the job.
    pub const STATUS: &str = "status";
}
use sync_job_fields::{CONNECTOR_ID, CREATED_AT, JOB_TYPE, STATUS};

/// Sync jobs are sorted by creation time. In addition to the fields of queries, the schema declares those that other
/// programs search for in the same index.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "sync_jobs",
    noun: "sync job",
    index_alias: ".elastic-connectors-sync-jobs",
    fields: &[
        IndexedField::date("cancelation_requested_at"),
        IndexedField::date("canceled_at"),
        IndexedField::date("completed_at"),
        IndexedField::object("connector.configuration"),
        IndexedField::keyword(CONNECTOR_ID).filtered().counted(),
        IndexedField::keyword("connector.index_name"),
        IndexedField::keyword("connector.language"),
        IndexedField::keyword("connector.service_type"),
        IndexedField::object("connector.sync_cursor"),
        IndexedField::date(CREATED_AT).sorted(),
        IndexedField::number("deleted_document_count"),
        IndexedField::keyword("error"),
        IndexedField::number("indexed_document_count"),
        IndexedField::number("indexed_document_volume"),
        IndexedField::keyword(JOB_TYPE).filtered().counted(),
        IndexedField::date("last_seen"),
        IndexedField::object("metadata"),
        IndexedField::date("started_at"),
        IndexedField::keyword(STATUS).filtered().counted(),
        IndexedField::number("total_document_count"),
        IndexedField::keyword("trigger_method"),
        IndexedField::keyword("worker_hostname"),
    ],
    order: Some(CREATED_AT),
    pairs: &[[CONNECTOR_ID, STATUS], [CONNECTOR_ID, JOB_TYPE]],
    missing: Refusal::SyncJobNotFound,
    ..CollectionSchema::BASE
};
