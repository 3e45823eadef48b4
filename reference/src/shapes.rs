//! Descriptions of JSON Schemas.

use serde_json::Value;

use crate::markdown::{Table, code, prose};

/// The fields of an object, with what they take.
pub(crate) fn fields(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut table = Table::new(&["field", "takes", "needed", "meaning"]);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&name.as_str()) { "yes" } else { "" };
        let meaning = field["description"].as_str().unwrap_or_default();
        table.row(&[&code(name), &words(document, field), needed, &prose(meaning)]);
    }
    table.text()
}

/// A schema in a few words.
pub(crate) fn words(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<String> = choices.iter().filter_map(Value::as_str).map(code).collect();
        return choices.join(", ");
    }
    if let Some(either) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let either: Vec<String> = either
            .iter()
            .filter(|one| one["type"] != "null")
            .map(|one| one["const"].as_str().map_or_else(|| words(document, one), code))
            .collect();
        return either.join(" or ");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match (kind, schema["format"].as_str()) {
        (Some("array"), _) => format!("list of: {}", words(document, &schema["items"])),
        (Some("string"), Some("date-time")) => "time, ISO 8601".to_owned(),
        (Some(kind), _) => format!("{kind}{}", limits(schema)),
        (None, _) => "anything".to_owned(),
    }
}

fn limits(schema: &Value) -> String {
    let limit = |name: &str| schema[name].as_i64();
    let (minimum, maximum) = (limit("minimum"), limit("maximum"));
    match (minimum, maximum, limit("minLength"), limit("maxLength")) {
        (Some(minimum), Some(maximum), ..) => format!(", {minimum} to {maximum}"),
        (Some(minimum), None, ..) => format!(", {minimum} or more"),
        (_, _, Some(_), Some(most)) => format!(", not empty, {most} bytes at most"),
        (_, _, Some(_), None) => ", not empty".to_owned(),
        _ => String::new(),
    }
}

/// The schema that a reference leads to.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|path| document.pointer(path.strip_prefix('#')?));
    target.map_or(schema, |target| resolved(document, target))
}
