//! Bodies in the OpenAPI document.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::endpoint::Content;

/// A body by media type, with its schema and example.
pub(super) fn media(content: &Content, generator: &mut SchemaGenerator) -> Value {
    let mut media = json!({ "schema": (content.schema)(generator) });
    if let Some(example) = content.example {
        media["example"] = serde_json::from_str(example).unwrap_or_default();
    }
    json!({ content.media_type: media })
}
