//! The OpenAPI document, generated from the declarations of the endpoints.

mod answers;
mod media;
mod parameters;

use std::collections::HashMap;

use actix_web::http::Method;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::endpoint::{Access, Endpoint, Resource};
use media::media;

const DESCRIPTION: &str = "\
Elasticsearch's Connector and Connector sync job APIs over a store of your choice. Clients that are made for \
Elasticsearch work unmodified: every answer has the header `X-Elastic-Product`, and the media types \
`application/vnd.elasticsearch+json; compatible-with=8` and `9` are understood and answered like \
`application/json`. `X-Opaque-Id` comes back on the answer. `HEAD` works where `GET` does.";

/// The name of the way in which callers are authenticated.
const API_KEY: &str = "ApiKey";

/// The OpenAPI 3.1 document of these endpoints.
pub(crate) fn document(endpoints: &[&Endpoint]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
    });
    let mut generator = SchemaGenerator::new(settings);
    let mut paths: Map<String, Value> = Map::new();
    let mut names: HashMap<&str, u32> = HashMap::new();
    for endpoint in endpoints {
        let used = names.entry(endpoint.name).or_default();
        *used += 1;
        let operation = operation(endpoint, *used, &mut generator);
        let path = paths.entry(endpoint.path).or_insert_with(|| path_item(endpoint));
        path[method(&endpoint.method)] = operation;
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Error".to_owned(), answers::error_schema());
    let tags: Vec<Value> = Resource::ALL
        .iter()
        .map(|resource| json!({ "name": resource.name(), "description": resource.description() }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tributary",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "Where this document comes from." }],
        // Without security, no key is needed.
        "security": [{ API_KEY: [] }, {}],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": { API_KEY: security_scheme() },
            "schemas": schemas,
            "parameters": parameters::common(),
            "headers": answers::headers(),
            "examples": answers::error_examples(endpoints),
        },
    })
}

/// How API keys are sent.
fn security_scheme() -> Value {
    json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`ApiKey ` and the encoded form of a key, such as `ApiKey aWQ6c2VjcmV0`.",
    })
}

fn path_item(endpoint: &Endpoint) -> Value {
    match parameters::of_path(endpoint) {
        of_path if of_path.is_empty() => json!({}),
        of_path => json!({ "parameters": of_path }),
    }
}

fn operation(endpoint: &Endpoint, used: u32, generator: &mut SchemaGenerator) -> Value {
    let mut id = endpoint.name.replace('.', "_");
    if used > 1 {
        // Elasticsearch's specification uses one name for two paths: with an id, and without.
        id = format!("{id}_{used}");
    }
    let mut operation = json!({
        "operationId": id,
        "tags": [endpoint.resource().name()],
        "summary": endpoint.summary.trim_end_matches('.'),
        "description": description(endpoint),
        "parameters": parameters::of_query(endpoint),
        "responses": answers::all(endpoint, generator),
    });
    if let Some(privilege) = endpoint.access.privilege() {
        operation["x-privilege"] = privilege.name().into();
    }
    if endpoint.access == Access::Everybody {
        operation["security"] = json!([]);
    }
    if let Some(content) = endpoint.body.content() {
        operation["requestBody"] = json!({
            "required": endpoint.body.is_required(),
            "content": media(content, generator),
        });
    }
    operation
}

fn description(endpoint: &Endpoint) -> String {
    if endpoint.extension {
        format!("{} An extension: Elasticsearch has no such call.", endpoint.summary)
    } else {
        endpoint.summary.to_owned()
    }
}

fn method(method: &Method) -> String {
    method.as_str().to_ascii_lowercase()
}
