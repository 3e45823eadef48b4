//! Query and path parameters, and request headers.

use serde_json::{Map, Value, json};
use tributary_domain::MAXIMUM_ID_BYTES;

use crate::endpoint::{Endpoint, RequestHeader};
use crate::parameter::{COMMON_PARAMETERS, MAXIMUM_WINDOW, Parameter, ParameterKind};

/// A whole number with a time unit; of at most nine digits, so that any number of days can be represented.
const DURATION: &str = "^[0-9]{1,9}(nanos|micros|ms|s|m|h|d)$|^0$";

/// The parameters that every endpoint accepts, by name.
pub(super) fn common() -> Map<String, Value> {
    COMMON_PARAMETERS.iter().map(|parameter| (parameter.name.to_owned(), of_one(parameter))).collect()
}

/// The query parameters and request headers of an endpoint, the common ones by reference.
pub(super) fn of_query(endpoint: &Endpoint) -> Vec<Value> {
    let references = COMMON_PARAMETERS
        .iter()
        .map(|parameter| json!({ "$ref": format!("#/components/parameters/{}", parameter.name) }));
    let headers = endpoint.headers.iter().map(of_header);
    endpoint.own_parameters().map(of_one).chain(headers).chain(references).collect()
}

fn of_header(header: &RequestHeader) -> Value {
    json!({
        "name": header.name,
        "in": "header",
        "required": false,
        "description": header.description,
        "schema": { "type": "string", "minLength": 1, "maxLength": header.maximum_length },
    })
}

/// The path parameters of an endpoint.
pub(super) fn of_path(endpoint: &Endpoint) -> Vec<Value> {
    let names = endpoint.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let parameter = |name: &str| {
        let longest = name.ends_with("id").then_some(MAXIMUM_ID_BYTES);
        let description = longest.map_or_else(
            || format!("The name of a {name}."),
            |longest| format!("The id, of {longest} bytes at most."),
        );
        let mut schema = json!({ "type": "string", "minLength": 1 });
        if let Some(longest) = longest {
            schema["maxLength"] = longest.into();
        }
        if let Some(choices) = endpoint.choices.filter(|choices| choices.parameter == name) {
            schema["enum"] = choices.values.into();
        }
        json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
    };
    names.map(parameter).collect()
}

fn of_one(parameter: &Parameter) -> Value {
    let mut described = json!({
        "name": parameter.name,
        "in": "query",
        "required": false,
        "description": parameter.description,
        "schema": schema(parameter),
    });
    if parameter.kind == ParameterKind::Boolean {
        // The name without a value is true.
        described["allowEmptyValue"] = true.into();
    }
    if parameter.kind.is_list() {
        described["style"] = "form".into();
        described["explode"] = false.into();
    }
    described
}

fn schema(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        ParameterKind::Integer => json!({ "type": "integer", "minimum": 0, "maximum": MAXIMUM_WINDOW }),
        ParameterKind::PositiveInteger => json!({ "type": "integer", "minimum": 1, "maximum": i32::MAX }),
        ParameterKind::Boolean | ParameterKind::FilledBoolean => json!({ "type": "boolean" }),
        ParameterKind::Text => json!({ "type": "string", "minLength": 1 }),
        ParameterKind::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        ParameterKind::Date => {
            json!({ "type": "string", "minLength": 1, "examples": ["2026-01-02T03:04:05Z", "now-1d/d"] })
        }
        ParameterKind::ExactTextList => {
            json!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 })
        }
        ParameterKind::Keyword(words) => json!({ "type": "string", "enum": words }),
        ParameterKind::KeywordList(words) => {
            json!({ "type": "array", "items": { "type": "string", "enum": words } })
        }
        ParameterKind::Duration => json!({ "type": "string", "pattern": DURATION }),
        ParameterKind::Timeout => json!({ "type": "string", "pattern": format!("{DURATION}|^-1$") }),
        ParameterKind::FreeText => json!({ "type": "string" }),
    };
    // Generators of clients do not take defaults of lists.
    if let Some(default) = parameter.default.filter(|_| !parameter.kind.is_list()) {
        // Numbers and booleans are written as JSON literals.
        schema["default"] = serde_json::from_str(default).unwrap_or_else(|_| default.into());
    }
    schema
}
