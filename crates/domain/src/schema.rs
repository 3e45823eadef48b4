//! What JSON Schemas of bodies say beyond what their types do.

use schemars::Schema;
use serde_json::{Value, json};

/// Says that one of the fields is needed, with a value.
pub(crate) fn at_least_one(schema: &mut Schema) {
    let names: Vec<String> = schema
        .get("properties")
        .and_then(Value::as_object)
        .map_or_else(Vec::new, |fields| fields.keys().cloned().collect());
    let given =
        |name: &String| json!({ "required": [name], "properties": { name: { "not": { "type": "null" } } } });
    schema.insert("anyOf".to_owned(), names.iter().map(given).collect());
}

/// Says that all fields are needed, also those that may be null.
pub(crate) fn all_required(schema: &mut Schema) {
    let names =
        schema.get("properties").and_then(Value::as_object).map(|fields| fields.keys().cloned().collect());
    schema.insert("required".to_owned(), names.unwrap_or_default());
}
