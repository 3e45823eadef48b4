//! Connectors: a data source and the index that its documents go to.

mod attributes;
mod change;
mod configuration;
mod create;
mod cron;
mod fields;
mod filtering;
mod index_name;
mod last_sync;
mod pipeline;
mod scheduling;
mod schema;
mod status_change;
#[cfg(test)]
mod test_support;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::value::RawValue;

use crate::field::document_schema;
use crate::{Condition, Document, Refusal};

pub use attributes::{
    ConnectorApiKey, ConnectorIndex, ConnectorNaming, ConnectorNature, ConnectorServiceType,
};
pub use change::{Deletion, InclusionOfDeleted};
pub use configuration::{
    ConfigurationDisplay, ConfigurationField, ConfigurationType, ConfigurationValidation,
    ConnectorConfiguration,
};
pub use create::ConnectorProperties;
pub use fields::CONNECTOR_FIELDS;
pub(crate) use fields::INDEX_NAME;
pub use filtering::{
    AdvancedSnippet, ConnectorFiltering, ConnectorFilteringValidation, FilteringCondition, FilteringEntry,
    FilteringPolicy, FilteringProblem, FilteringRule, FilteringRules, FilteringState, FilteringValidation,
    SnippetValue,
};
pub use index_name::IndexName;
pub use last_sync::ConnectorLastSync;
pub use pipeline::{ConnectorFeatures, ConnectorPipeline, Feature, Features, Pipeline, SyncRules};
pub use scheduling::{ConnectorScheduling, Schedule, Schedules};
pub(crate) use schema::SCHEMA;
pub use schema::connector_fields;
pub use status_change::{ConnectorFailure, ConnectorStatusChange};

/// A stored connector. Its known fields are read and changed by the rules; all others are preserved.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    document: Document,
}

impl JsonSchema for Connector {
    fn schema_name() -> Cow<'static, str> {
        "Connector".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let description = "A connector: what is known of it, and every field that others stored with it.";
        document_schema(CONNECTOR_FIELDS, description, generator)
    }
}

impl From<Document> for Connector {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl From<Connector> for Document {
    fn from(connector: Connector) -> Self {
        connector.document
    }
}

impl Connector {
    /// The stored document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The index it writes to, if it has one.
    pub fn index_name(&self) -> Option<String> {
        self.document.get(fields::INDEX_NAME).filter(|name| !name.is_empty())
    }

    /// The type of its data source, if set.
    pub fn service_type(&self) -> Option<String> {
        self.document.get(fields::SERVICE_TYPE).filter(|name| !name.is_empty())
    }

    /// Its display name.
    pub fn name(&self) -> Option<String> {
        self.document.get(fields::NAME)
    }

    /// Its description.
    pub fn description(&self) -> Option<String> {
        self.document.get(fields::DESCRIPTION)
    }

    /// Whether it is a native connector, run by Elastic.
    pub fn is_native(&self) -> bool {
        self.document.get(fields::IS_NATIVE).unwrap_or(false)
    }

    /// Whether it is softly deleted: still stored, but only visible on request.
    pub fn is_deleted(&self) -> bool {
        !schema::is_live(&self.document)
    }

    /// Matches connectors that are not softly deleted.
    #[must_use]
    pub fn is_live() -> Condition {
        schema::live()
    }

    /// Matches connectors whose index name, name or description contains a text.
    #[must_use]
    pub fn contains(text: &str) -> Condition {
        let fields =
            vec![connector_fields::INDEX_NAME, connector_fields::NAME, connector_fields::DESCRIPTION];
        Condition::Contains { fields, text: text.to_owned() }
    }

    /// Refuses a document that cannot be kept as a connector: its index, which no other connector may have, is a text.
    pub fn check_written(document: &Document) -> Result<(), Refusal> {
        match document.get_raw(fields::INDEX_NAME.name) {
            Some(value) if document.get(fields::INDEX_NAME).is_none() => {
                Err(Refusal::InvalidArgument(format!(
                    "field [index_name] of a connector must be a text or null, but was [{}]",
                    value.get()
                )))
            }
            _ => Ok(()),
        }
    }

    /// The index that it reserves: that of a live connector.
    pub fn held_index_name(&self) -> Option<String> {
        schema::held_index_name(&self.document)
    }

    /// The active rules of its first filtering entry.
    pub fn active_filtering(&self) -> Option<Box<RawValue>> {
        let entries: Vec<&RawValue> =
            serde_json::from_str(self.document.get_raw(fields::FILTERING.name)?.get()).ok()?;
        let first = Document::parse(entries.first()?.get()).ok()?;
        first.get_raw("active").map(ToOwned::to_owned)
    }
}
