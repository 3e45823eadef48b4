//! Holds every recorded answer against the OpenAPI document: its status is declared, and its body is of
//! the declared shape.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::session::{Scenario, Session, scenario};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| tributary_api::openapi(tributary_gateway::ENDPOINTS));

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![scenario!("openapi", openapi)]
}

async fn openapi(session: &mut Session) {
    session.call("GET", "/_openapi.json?filter_path=openapi,info.title,info.version", "").await;
    session.call("GET", "/_openapi.json?unknown", "").await;
    session.call("POST", "/_openapi.json", "{}").await;
}

/// Fails where an answer is not what the document declares for its request.
pub(crate) fn check(method: &str, url: &str, status: u16, media_type: &str, body: &str) {
    let is_partial = url.contains("filter_path") || url.contains("_source");
    if body.is_empty() || (is_partial && status < 400) {
        return;
    }
    let path = url.split('?').next().unwrap_or_default();
    let declared = template(path).map(|template| &DOCUMENT["paths"][template]);
    let method = if method == "HEAD" { "GET" } else { method };
    let operation = declared.and_then(|path| path.get(method.to_lowercase()));
    let schema = if let Some(operation) = operation {
        let answer = &operation["responses"][status.to_string()];
        assert!(answer.is_object(), "{method} {url} answers {status}, which is not declared: {body}");
        if media_type.contains("ndjson") || !media_type.contains("json") {
            let declared = answer["content"].as_object().expect("there are media types");
            let is_declared = ["*/*", media_type].iter().any(|known| declared.contains_key(*known));
            assert!(is_declared, "{method} {url} answers {media_type}, which is not declared");
            return;
        }
        answer["content"]["application/json"]["schema"].clone()
    } else {
        assert!(status >= 400, "{method} {url} is not declared, and answers {status}");
        json!({ "$ref": "#/components/schemas/Error" })
    };
    let value: Value = serde_json::from_str(&body.replace("1e400", "1")).expect("answers are JSON");
    let problems: Vec<String> = validator(&schema).iter_errors(&value).map(|one| one.to_string()).collect();
    assert!(problems.is_empty(), "{method} {url}: {problems:?} in {body}");
}

/// The declared path that a path is one of, literal ones before those with names in them.
fn template(path: &str) -> Option<&'static str> {
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    let fits = |template: &str| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template.zip(path).all(|(name, part)| name == part || is_value(name, part))
    };
    let paths = DOCUMENT["paths"].as_object().expect("there are paths");
    paths.keys().map(String::as_str).filter(|template| fits(template)).min_by_key(|one| one.contains('{'))
}

/// Whether a part of a path can be the value of a parameter.
fn is_value(name: &str, part: &str) -> bool {
    name.starts_with('{') && (name != "{control_index}" || part.starts_with(".elastic-connectors"))
}

fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut validators = MADE.lock().expect("no check fails while it makes one");
    let make = || {
        let whole = json!({ "components": DOCUMENT["components"], "allOf": [schema] });
        Arc::new(jsonschema::draft202012::new(&whole).expect("the document's schemas can be read"))
    };
    Arc::clone(validators.entry(schema.to_string()).or_insert_with(make))
}

pub(crate) fn every_example_is_of_its_shape() {
    let mut checked = 0;
    for (path, methods) in DOCUMENT["paths"].as_object().expect("there are paths") {
        for (method, operation) in methods.as_object().expect("there are operations") {
            let answers = operation["responses"].as_object().into_iter().flat_map(|all| all.values());
            for media in answers.chain([&operation["requestBody"]]) {
                let media = &media["content"]["application/json"];
                let examples = media["examples"].as_object().into_iter().flat_map(|all| all.values());
                let examples = examples.map(|one| {
                    let path = one["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
                    &DOCUMENT.pointer(path.expect("a reference")).expect("it leads somewhere")["value"]
                });
                let examples = examples.chain(media.get("example"));
                for example in examples {
                    let shape = validator(&media["schema"]);
                    assert!(shape.validate(example).is_ok(), "{method} {path}: {example}");
                    assert!(!example.is_null(), "{method} {path} has an example that is no JSON");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 3 * tributary_api::ENDPOINTS.len(), "{checked} examples");
}

pub(crate) fn every_operation_has_a_name_of_its_own() {
    let paths = DOCUMENT["paths"].as_object().expect("there are paths");
    let operations = paths.values().filter_map(Value::as_object).flat_map(|path| path.values());
    let names: Vec<&str> = operations.filter_map(|one| one["operationId"].as_str()).collect();
    let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    let endpoints = tributary_api::ENDPOINTS.len() + tributary_gateway::ENDPOINTS.len();
    assert_eq!((names.len(), different.len()), (endpoints, names.len()));
}
