//! Responses: those of success, and the rows of the error table by their status.

use std::collections::BTreeMap;

use actix_web::http::Method;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::media::media;
use crate::endpoint::{Endpoint, JSON};
use crate::error::{ERRORS, ErrorRow};

/// The responses of an endpoint by status.
pub(super) fn all(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut answers: BTreeMap<u16, Value> = BTreeMap::new();
    for answer in endpoint.answers {
        let content = media(&answer.content, generator);
        let mut headers = header_references(match answer.status {
            503 => Some("Retry-After"),
            _ => (endpoint.method == Method::PUT).then_some("Warning"),
        });
        for header in endpoint.answer_headers {
            let described = json!({ "description": header.description, "schema": { "type": "string" } });
            headers.insert(header.name.to_owned(), described);
        }
        let success = json!({
            "description": answer.description,
            "headers": headers,
            "content": content,
        });
        answers.insert(answer.status, success);
    }
    for row in endpoint.possible_errors() {
        let answer = answers.entry(row.status).or_insert_with(|| {
            json!({
                "description": "",
                "headers": header_references(matches!(row.status, 429 | 503).then_some("Retry-After")),
                "content": { JSON: {
                    "schema": { "$ref": ERROR },
                    "examples": {},
                } },
            })
        });
        let known = answer["description"].as_str().unwrap_or_default();
        let separator = if known.is_empty() { "" } else { "\n\n" };
        let description = format!("{known}{separator}`{}`: {}", row.error_type, row.description);
        answer["description"] = description.into();
        let schema = &mut answer["content"][JSON]["schema"];
        if !is_error(schema) {
            // An answer of its own and errors share the status.
            *schema = json!({ "anyOf": [schema.take(), { "$ref": ERROR }] });
        }
        if !answer["content"][JSON]["examples"].is_object() {
            continue;
        }
        let name = format!("{:?}", row.kind);
        let reference = json!({ "$ref": format!("#/components/examples/{name}") });
        answer["content"][JSON]["examples"][name] = reference;
    }
    answers.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect()
}

/// The reference to the schema of all errors.
const ERROR: &str = "#/components/schemas/Error";

/// Whether a schema is that of errors, or has it as an alternative.
fn is_error(schema: &Value) -> bool {
    let mut alternatives = schema["anyOf"].as_array().into_iter().flatten().chain([schema]);
    alternatives.any(|one| one["$ref"] == ERROR)
}

/// An example for each row of the error table.
pub(super) fn error_examples(endpoints: &[&Endpoint]) -> Map<String, Value> {
    let example = |row: &ErrorRow| {
        let cause = json!({ "type": row.error_type, "reason": row.description });
        let mut error = cause.clone();
        error["root_cause"] = json!([cause]);
        let value = json!({ "error": error, "status": row.status });
        (format!("{:?}", row.kind), json!({ "summary": row.description, "value": value }))
    };
    // Errors that no endpoint declares belong to paths and methods that do not exist.
    let possible = |row: &&ErrorRow| {
        let mut errors = endpoints.iter().flat_map(|endpoint| endpoint.possible_errors());
        errors.any(|possible| possible.kind == row.kind)
    };
    ERRORS.iter().filter(possible).map(example).collect()
}

/// The schema of all errors.
pub(super) fn error_schema() -> Value {
    let cause = json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "The type by which clients know it." },
            "reason": { "type": "string", "description": "What is wrong, and what would be right." },
        },
        "required": ["type", "reason"],
    });
    let mut error = cause.clone();
    error["properties"]["root_cause"] = json!({ "type": "array", "items": cause });
    error["required"] = json!(["root_cause", "type", "reason"]);
    json!({
        "type": "object",
        "description": "An error, in the shape of Elasticsearch.",
        "properties": {
            "error": error,
            "status": { "type": "integer", "description": "The HTTP status, once more." },
        },
        "required": ["error", "status"],
    })
}

/// The response headers.
pub(super) fn headers() -> Value {
    json!({
        "X-Elastic-Product": {
            "description": "By which official clients know a server that they may talk to.",
            "required": true,
            "schema": { "type": "string", "const": "Elasticsearch" },
        },
        "X-Opaque-Id": {
            "description": "The header of the request, if it had one.",
            "schema": { "type": "string" },
        },
        "Warning": {
            "description": "What is probably a mistake in a request that was taken; there may be several.",
            "schema": { "type": "string" },
            "example": "299 Elasticsearch-9.5.0-unknown \"[values.port] must be a whole number\"",
        },
        "Retry-After": {
            "description": "How many seconds to wait before the request is repeated.",
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

fn header_references(own: Option<&str>) -> Map<String, Value> {
    let names = ["X-Elastic-Product", "X-Opaque-Id"].into_iter().chain(own);
    let reference = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    names.map(|name| (name.to_owned(), reference(name))).collect()
}
