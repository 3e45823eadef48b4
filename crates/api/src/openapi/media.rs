//! Bodies in the OpenAPI document.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::endpoint::Content;

/// The media type of all bodies.
pub(super) const JSON: &str = "application/json";

/// A body with its schema and its example.
pub(super) fn media(content: &Content, generator: &mut SchemaGenerator) -> Value {
    let example: Value = serde_json::from_str(content.example).unwrap_or_default();
    json!({ "schema": (content.schema)(generator), "example": example })
}
