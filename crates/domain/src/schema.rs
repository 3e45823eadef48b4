//! What JSON Schemas of bodies say beyond what their types do.

use schemars::{Schema, SchemaGenerator};
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

/// A time in a body: what it may be beyond the form in which it is answered.
pub(crate) fn optional_time(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": ["string", "number", "null"],
        "format": "date-time",
        // Milliseconds since 1970 of the years 0000 to 9999.
        "minimum": -62_167_219_200_000_i64,
        "maximum": 253_402_300_799_999_i64,
    })
}
