//! A body as the documentation shows it: its shape and an example.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A JSON body as the documentation shows it.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// Makes its JSON Schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// An example, as JSON.
    pub example: &'static str,
}

impl Content {
    /// The shape of a type, with an example of it.
    pub(crate) const fn of<T: JsonSchema>(example: &'static str) -> Self {
        Self { schema: |generator| generator.subschema_for::<T>(), example }
    }
}
