//! A body as the documentation shows it: its shape and an example.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The media type of most bodies.
pub(crate) const JSON: &str = "application/json";

/// A body as the documentation shows it.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// Its media type; JSON, unless it is said otherwise.
    pub media_type: &'static str,
    /// Makes its JSON Schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// An example, as JSON; none of what is no JSON.
    pub example: Option<&'static str>,
}

impl Content {
    /// The shape of a type, with an example of it.
    pub(crate) const fn of<T: JsonSchema>(example: &'static str) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>();
        Self { media_type: JSON, schema, example: Some(example) }
    }

    /// Text, or any bytes, of some other media type.
    pub(crate) const fn text(media_type: &'static str) -> Self {
        Self { media_type, schema: |_| json_schema!({ "type": "string" }), example: None }
    }
}
