//! What connectors are found and ordered by.

use super::fields;
use crate::{Collection, CollectionSchema, Condition, Document, IndexedField, Refusal};

/// The fields by which connectors are found.
pub mod connector_fields {
    /// Whether the connector was deleted softly.
    pub const DELETED: &str = "deleted";
    /// What the connector is for.
    pub const DESCRIPTION: &str = "description";
    /// The index that the connector writes to.
    pub const INDEX_NAME: &str = "index_name";
    /// The name of the connector.
    pub const NAME: &str = "name";
    /// The kind of source that the connector reads.
    pub const SERVICE_TYPE: &str = "service_type";
}
use connector_fields::{DELETED, DESCRIPTION, INDEX_NAME, NAME, SERVICE_TYPE};

/// Connectors are listed in the order of their index names. Beside the fields that queries use, it names those that
/// other programs search for in the same index.
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

/// Whether the connector that a document is was not deleted softly.
pub(super) fn is_live(document: &Document) -> bool {
    live().matches(Collection::new(&SCHEMA), document)
}

/// The condition that a connector was not deleted softly.
pub(super) fn live() -> Condition {
    Condition::AnyOf { field: DELETED, words: vec!["true".to_owned()] }.negated()
}

/// The index that a live connector keeps other connectors from.
pub(super) fn held_index_name(document: &Document) -> Option<String> {
    document.get(fields::INDEX_NAME).filter(|name| !name.is_empty() && is_live(document))
}
