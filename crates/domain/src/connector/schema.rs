//! The schema of connectors: the fields for queries and sorting.

use super::fields;
use crate::{Collection, CollectionSchema, Condition, Document, IndexedField, Refusal};

/// The fields of connectors in queries.
pub mod connector_fields {
    /// Whether the connector is softly deleted.
    pub const DELETED: &str = "deleted";
    /// The description of the connector.
    pub const DESCRIPTION: &str = "description";
    /// The index that the connector writes to.
    pub const INDEX_NAME: &str = "index_name";
    /// The name of the connector.
    pub const NAME: &str = "name";
    /// The type of the connector's data source.
    pub const SERVICE_TYPE: &str = "service_type";
}
use connector_fields::{DELETED, DESCRIPTION, INDEX_NAME, NAME, SERVICE_TYPE};

/// Connectors are sorted by index name. In addition to the fields of queries, the schema declares those that other
/// programs search for in the same index.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "connectors",
    noun: "connector",
    index_alias: ".elastic-connectors",
    fields: &[
        IndexedField::keyword("api_key_id"),
        IndexedField::object("configuration"),
        IndexedField::object("custom_scheduling"),
        IndexedField::boolean(DELETED).filtered(),
        IndexedField::text(DESCRIPTION).filtered(),
        IndexedField::object("features"),
        IndexedField::object("filtering"),
        IndexedField::keyword(INDEX_NAME).filtered().sorted(),
        IndexedField::boolean("is_native"),
        IndexedField::keyword("language"),
        IndexedField::date("last_access_control_sync_scheduled_at"),
        IndexedField::keyword("last_access_control_sync_status"),
        IndexedField::number("last_deleted_document_count"),
        IndexedField::date("last_incremental_sync_scheduled_at"),
        IndexedField::number("last_indexed_document_count"),
        IndexedField::date("last_seen"),
        IndexedField::date("last_sync_scheduled_at"),
        IndexedField::keyword("last_sync_status"),
        IndexedField::date("last_synced"),
        IndexedField::keyword(NAME).filtered(),
        IndexedField::object("pipeline"),
        IndexedField::object("scheduling"),
        IndexedField::keyword(SERVICE_TYPE).filtered(),
        IndexedField::keyword("status"),
        IndexedField::object("sync_cursor"),
        IndexedField::boolean("sync_now"),
    ],
    order: Some(INDEX_NAME),
    is_small: true,
    unique: Some(held_index_name),
    missing: Refusal::ConnectorNotFound,
    ..CollectionSchema::BASE
};

/// Whether a document is a connector that is not softly deleted.
pub(super) fn is_live(document: &Document) -> bool {
    live().matches(Collection::new(&SCHEMA), "", document)
}

/// Matches connectors that are not softly deleted.
pub(super) fn live() -> Condition {
    Condition::AnyOf { field: DELETED, words: vec!["true".to_owned()] }.negated()
}

/// The index name that a live connector reserves.
pub(super) fn held_index_name(document: &Document) -> Option<String> {
    document.get(fields::INDEX_NAME).filter(|name| !name.is_empty() && is_live(document))
}
