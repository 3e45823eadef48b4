//! The statistics of a connector's last syncs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Connector, fields};
use crate::field_patch::FieldPatch;
use crate::{Count, Lenient, Object, SyncJobStatus, Timestamp, Warned, Warning};

/// The body that updates the statistics: absent fields are kept, null clears a field.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectorLastSync {
    /// The error of the last access control sync.
    pub last_access_control_sync_error: FieldPatch<String>,
    /// When the last access control sync was scheduled.
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_access_control_sync_scheduled_at: FieldPatch<Timestamp>,
    /// The status of the last access control sync.
    pub last_access_control_sync_status: FieldPatch<SyncJobStatus>,
    /// How many documents the last sync deleted.
    pub last_deleted_document_count: FieldPatch<Lenient<Count>>,
    /// When the last incremental sync was scheduled.
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_incremental_sync_scheduled_at: FieldPatch<Timestamp>,
    /// How many documents the last sync indexed.
    pub last_indexed_document_count: FieldPatch<Lenient<Count>>,
    /// When the worker was last seen.
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_seen: FieldPatch<Timestamp>,
    /// The error of the last sync.
    pub last_sync_error: FieldPatch<String>,
    /// When the last full sync was scheduled.
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_sync_scheduled_at: FieldPatch<Timestamp>,
    /// The status of the last sync.
    pub last_sync_status: FieldPatch<SyncJobStatus>,
    /// When the last sync ended.
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub last_synced: FieldPatch<Timestamp>,
    /// Where the last sync stopped, in the worker's own format.
    pub sync_cursor: FieldPatch<Object>,
}

impl ConnectorLastSync {
    /// Warnings about negative counts, which are certainly mistakes; they are stored, as in Elasticsearch.
    fn warnings(&self) -> impl Iterator<Item = Warning> {
        let counts = [
            (fields::LAST_DELETED_DOCUMENT_COUNT, self.last_deleted_document_count),
            (fields::LAST_INDEXED_DOCUMENT_COUNT, self.last_indexed_document_count),
        ];
        counts.into_iter().filter_map(|(field, count)| {
            let Lenient(Count(count)) = *count.value()?;
            (count < 0).then(|| Warning::new(field.name, "should not be negative").found(&count.to_string()))
        })
    }
}

impl Connector {
    /// Updates the statistics.
    #[must_use]
    pub fn note_last_sync(mut self, note: &ConnectorLastSync) -> Warned<Self> {
        let document = &mut self.document;
        note.last_access_control_sync_error.store(document, fields::LAST_ACCESS_CONTROL_SYNC_ERROR);
        note.last_access_control_sync_scheduled_at
            .store(document, fields::LAST_ACCESS_CONTROL_SYNC_SCHEDULED_AT);
        note.last_access_control_sync_status.store(document, fields::LAST_ACCESS_CONTROL_SYNC_STATUS);
        note.last_deleted_document_count
            .map(|Lenient(count)| count)
            .store(document, fields::LAST_DELETED_DOCUMENT_COUNT);
        note.last_incremental_sync_scheduled_at.store(document, fields::LAST_INCREMENTAL_SYNC_SCHEDULED_AT);
        note.last_indexed_document_count
            .map(|Lenient(count)| count)
            .store(document, fields::LAST_INDEXED_DOCUMENT_COUNT);
        note.last_seen.store(document, fields::LAST_SEEN);
        note.last_sync_error.store(document, fields::LAST_SYNC_ERROR);
        note.last_sync_scheduled_at.store(document, fields::LAST_SYNC_SCHEDULED_AT);
        note.last_sync_status.store(document, fields::LAST_SYNC_STATUS);
        note.last_synced.store(document, fields::LAST_SYNCED);
        note.sync_cursor.store(document, fields::SYNC_CURSOR);
        Warned::new(self, note.warnings())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check, warned};

    #[test]
    fn only_what_is_said_changes() {
        check(
            &[
                Case { stored: r#"{"x":1.10}"#, body: "{}", becomes: r#"{"x":1.10}"# },
                Case {
                    stored: r#"{"last_sync_error":"away","last_synced":"2026-01-02T03:04:05Z"}"#,
                    body: r#"{"last_sync_error":null,"last_sync_status":"completed","sync_cursor":{"page":1e400}}"#,
                    becomes: r#"{"last_sync_error":null,"last_synced":"2026-01-02T03:04:05Z","last_sync_status":"completed","sync_cursor":{"page":1e400}}"#,
                },
                Case {
                    stored: "{}",
                    body: r#"{"last_access_control_sync_error":"a","last_access_control_sync_scheduled_at":"2026-01-01T00:00:00Z","last_access_control_sync_status":"error","last_deleted_document_count":1,"last_incremental_sync_scheduled_at":"2026-01-02","last_indexed_document_count":9223372036854775807,"last_seen":"2026-01-03T00:00:00+01:00","last_sync_error":"b","last_sync_scheduled_at":"2026-01-04T00:00:00Z","last_sync_status":"in_progress","last_synced":"2026-01-05T00:00:00Z","sync_cursor":{}}"#,
                    becomes: r#"{"last_access_control_sync_error":"a","last_access_control_sync_scheduled_at":"2026-01-01T00:00:00Z","last_access_control_sync_status":"error","last_deleted_document_count":1,"last_incremental_sync_scheduled_at":"2026-01-02T00:00:00Z","last_indexed_document_count":9223372036854775807,"last_seen":"2026-01-02T23:00:00Z","last_sync_error":"b","last_sync_scheduled_at":"2026-01-04T00:00:00Z","last_sync_status":"in_progress","last_synced":"2026-01-05T00:00:00Z","sync_cursor":{}}"#,
                },
            ],
            |connector, body: &ConnectorLastSync| Ok(connector.note_last_sync(body)),
        );
    }

    #[test]
    fn negative_counts_are_stored_and_warned_of() {
        let both = r#"{"last_deleted_document_count":-1,"last_indexed_document_count":"-2"}"#;
        warned(
            "{}",
            &[(
                both,
                &[
                    "[last_deleted_document_count] should not be negative, but was [-1]",
                    "[last_indexed_document_count] should not be negative, but was [-2]",
                ],
            )],
            |connector, body: &ConnectorLastSync| Ok(connector.note_last_sync(body)),
        );
    }
}
