//! A body in the documentation: its schema and an example.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The media type of most bodies.
pub(crate) const JSON: &str = "application/json";

/// A body in the documentation.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// Its media type, JSON by default.
    pub media_type: &'static str,
    /// Generates its JSON Schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// An example as JSON; none for other media types.
    pub example: Option<&'static str>,
}

impl Content {
    /// The schema of a type, with an example.
    pub const fn of<T: JsonSchema>(example: &'static str) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>();
        Self { media_type: JSON, schema, example: Some(example) }
    }

    /// Lines of JSON texts: the schema is that of a line.
    pub const fn lines(media_type: &'static str) -> Self {
        Self { media_type, schema: |_| json_schema!({ "type": "object" }), example: None }
    }

    /// A stream of server-sent events: the schema is that of each event.
    pub(crate) const fn events(media_type: &'static str) -> Self {
        let schema = |_: &mut SchemaGenerator| {
            json_schema!({
                "type": "object",
                "properties": {
                    "event": { "type": "string", "description": "What happened." },
                    "data": { "type": "string", "description": "What it happened to, as JSON." },
                    "id": { "type": "string", "description": "The position, for Last-Event-ID." },
                },
                "required": ["event", "data"],
            })
        };
        Self { media_type, schema, example: None }
    }

    /// A text or binary body of another media type.
    pub(crate) const fn text(media_type: &'static str) -> Self {
        Self { media_type, schema: |_| json_schema!({ "type": "string" }), example: None }
    }
}
