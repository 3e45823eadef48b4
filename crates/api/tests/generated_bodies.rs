//! Whatever a client sends to the endpoints of connectors: it is done whole or refused whole.
#![allow(missing_docs, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::App;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::System;
use actix_web::test as actix_test;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tributary_api::{Api, Body, ENDPOINTS, Endpoint, Resource};
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, MemoryStore, Store};

/// Bodies that are right, by the last part of the path; what is generated starts from them half of the time.
const RIGHT: &[(&str, &str)] = &[
    (
        "{connector_id}",
        r#"{"name":"n","index_name":"content-i","is_native":true,"language":"en","service_type":"s3","description":"d"}"#,
    ),
    ("_connector", r#"{"name":"n","service_type":"s3"}"#),
    ("_name", r#"{"name":"n","description":"d"}"#),
    ("_service_type", r#"{"service_type":"s3"}"#),
    ("_index_name", r#"{"index_name":"content-i"}"#),
    ("_native", r#"{"is_native":true}"#),
    ("_status", r#"{"status":"error"}"#),
    ("_error", r#"{"error":"away"}"#),
    ("_api_key_id", r#"{"api_key_id":"k","api_key_secret_id":"s"}"#),
    (
        "_configuration",
        r#"{"configuration":{"port":{"label":"Port","value":5432,"type":"int","display":"dropdown","options":[{"label":"P","value":5432}],"depends_on":[{"field":"port","value":5432}],"validations":[{"type":"less_than","constraint":65536},{"type":"regex","constraint":"^5"},{"type":"included_in","constraint":[5432]}],"required":true,"sensitive":false,"order":1,"default_value":1,"tooltip":null,"ui_restrictions":["a"]}}}"#,
    ),
    ("_configuration", r#"{"values":{"port":5433,"host":"a"}}"#),
    (
        "_scheduling",
        r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0 0 * * ?"},"incremental":{"enabled":false,"interval":"0 0/5 * ? * 6#3"}}}"#,
    ),
    (
        "_pipeline",
        r#"{"pipeline":{"extract_binary_content":true,"name":"p","reduce_whitespace":true,"run_ml_inference":true}}"#,
    ),
    (
        "_features",
        r#"{"features":{"sync_rules":{"basic":{"enabled":true}},"incremental_sync":{"enabled":true}}}"#,
    ),
    (
        "_last_sync",
        r#"{"last_sync_status":"completed","last_synced":"2026-01-01T00:00:00Z","last_indexed_document_count":7,"sync_cursor":{}}"#,
    ),
    (
        "_filtering",
        r#"{"rules":[{"id":"a","field":"f","order":1,"policy":"exclude","rule":"regex","value":"a(?=b)"}],"advanced_snippet":{"value":[{"q":1}]}}"#,
    ),
    (
        "_filtering",
        r#"{"filtering":[{"active":{"advanced_snippet":{"value":{}},"rules":[],"validation":{"errors":[],"state":"valid"}},"draft":{"advanced_snippet":{"value":{}},"rules":[],"validation":{"errors":[],"state":"edited"}}}]}"#,
    ),
    ("_validation", r#"{"validation":{"state":"invalid","errors":[{"ids":["a"],"messages":["m"]}]}}"#),
];

/// What clients may confuse: names of fields, words that are values somewhere, numbers at the edge.
const NAMES: &[&str] = &[
    "name",
    "index_name",
    "status",
    "error",
    "configuration",
    "values",
    "port",
    "host",
    "label",
    "value",
    "type",
    "filtering",
    "active",
    "draft",
    "rules",
    "advanced_snippet",
    "validation",
    "state",
    "scheduling",
    "full",
    "interval",
    "enabled",
    "pipeline",
    "features",
    "sync_rules",
    "service_type",
    "is_native",
    "deleted",
    "",
    "ü",
];
const LEAVES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.10",
    "1e400",
    "9223372036854775808",
    r#""""#,
    r#""connected""#,
    r#""valid""#,
    r#""regex""#,
    r#""(""#,
    r#""DEFAULT""#,
    r#""content-i""#,
    r#""Capital""#,
    r#""0 0 0 * * ?""#,
    r#""0 61 * * * ?""#,
    r#""int""#,
    r#""2026-01-01T00:00:00Z""#,
    r#""\u0000ü""#,
    r#""\ud800""#,
    "[]",
    "{}",
];

/// A part of every stored document that no endpoint knows.
const KEPT: &str = r#""kept":{"as":1.10,"it":[],"was":1e400}"#;

/// JSON of any shape, as text.
fn anything() -> impl Strategy<Value = String> {
    select(LEAVES).prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        let object = btree_map(select(NAMES), inner.clone(), 0..4).prop_map(|fields| object(&fields));
        prop_oneof![object, vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")))]
    })
}

fn object(fields: &BTreeMap<&str, String>) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A right body with any of its values, or none, replaced by anything.
fn nearly_right(path: &str) -> impl Strategy<Value = String> + use<> {
    let last = path.rsplit('/').next().unwrap_or_default();
    let right: Vec<&str> = RIGHT.iter().filter(|(part, _)| *part == last).map(|(_, body)| *body).collect();
    assert!(!right.is_empty(), "no right body for {path}");
    (select(right), proptest::option::of((any::<Index>(), anything()))).prop_map(|(body, change)| {
        let Some((place, value)) = change else { return body.to_owned() };
        let mut body: Value = serde_json::from_str(body).expect("JSON");
        let mut places = Vec::new();
        collect("", &body, &mut places);
        let place = &places[place.index(places.len())];
        *body.pointer_mut(place).expect("a place of the body") = "@".into();
        body.to_string().replace(r#""@""#, &value)
    })
}

/// Where values stand.
fn collect(place: &str, value: &Value, places: &mut Vec<String>) {
    places.push(place.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(&format!("{place}/{name}"), value, places));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| collect(&format!("{place}/{index}"), value, places));
        }
        _ => {}
    }
}

/// A stored document: one of a connector, or whatever another program may have left.
fn stored() -> impl Strategy<Value = String> {
    let odd =
        btree_map(select(&NAMES[..NAMES.len() - 2]), anything(), 0..6).prop_map(|fields| object(&fields));
    let usual = r#"{"status":"configured","configuration":{"port":{"type":"int","value":1},"host":{"required":true}},"filtering":[{"active":{},"draft":{}}]}"#;
    prop_oneof![Just(usual.to_owned()), odd].prop_map(|text| {
        let rest = text.trim_start_matches('{');
        format!("{{{KEPT}{}{rest}", if rest == "}" { "" } else { "," })
    })
}

fn connector_endpoints() -> Vec<&'static Endpoint> {
    let is_meant = |endpoint: &&&Endpoint| {
        endpoint.resource() == Resource::Connector
            && matches!(endpoint.body, Body::Optional(_) | Body::Required(_))
    };
    ENDPOINTS.iter().filter(is_meant).copied().collect()
}

/// The status and the body of an answer.
async fn call(
    service: &impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
    method: &Method,
    path: &str,
    body: Option<&str>,
) -> (StatusCode, String) {
    let mut request = actix_test::TestRequest::with_uri(path).method(method.clone());
    if let Some(body) = body {
        request = request
            .insert_header(("content-type", "application/json"))
            .insert_header(("content-length", body.len()))
            .set_payload(body.to_owned());
    }
    let response = service.call(request.to_request()).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body()).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

/// Checks that a refusal has the shape of Elasticsearch's errors, to the last field.
fn check_refusal(status: StatusCode, body: &str) -> Result<(), TestCaseError> {
    prop_assert!(status.is_client_error(), "{status}: {body}");
    let error: Value = serde_json::from_str(body).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let (error_type, reason) = (&error["error"]["type"], &error["error"]["reason"]);
    let expected = json!({
        "error": { "root_cause": [{ "type": error_type, "reason": reason }], "type": error_type, "reason": reason },
        "status": status.as_u16(),
    });
    prop_assert_eq!(&error, &expected);
    prop_assert!(error_type.as_str().is_some_and(|name| name.ends_with("_exception")), "{}", body);
    prop_assert!(reason.as_str().is_some_and(|reason| !reason.is_empty()), "{}", body);
    Ok(())
}

fn check_endpoint(system: &actix_web::rt::SystemRunner, endpoint: &'static Endpoint) {
    let path = endpoint.path.replace("{connector_id}", "c");
    let bodies = prop_oneof![2 => nearly_right(endpoint.path), 1 => anything(), 1 => "\\PC{0,20}"];
    let seen: Rc<std::cell::RefCell<BTreeSet<bool>>> = Rc::default();
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(stored(), bodies), |(document, body)| {
        system.block_on(async {
            let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
            let document = Document::parse(&document).expect("a document");
            let id = Id::parse("id", "c").expect("an id");
            store.create(Collection::Connectors, &id, document).await.expect("stored");
            let service = actix_test::init_service(App::new().configure(Api::new(store).configure())).await;

            let everything = "/_connector?include_deleted=true";
            let before = call(&service, &Method::GET, everything, None).await;
            prop_assert_eq!(before.0, StatusCode::OK);
            let (status, answer) = call(&service, &endpoint.method, &path, Some(&body)).await;
            let after = call(&service, &Method::GET, everything, None).await;
            seen.borrow_mut().insert(status.is_success());
            if status.is_success() {
                let changed = answer != r#"{"result":"noop"}"#;
                prop_assert!(!changed || answer.starts_with(r#"{"result":""#), "{}", answer);
                prop_assert!(changed || after == before, "{} is no noop", after.1);
                let is_replaced = status == StatusCode::CREATED;
                prop_assert!(is_replaced || after.1.contains(KEPT), "a field is lost: {}", after.1);
            } else {
                check_refusal(status, &answer)?;
                prop_assert_eq!(after, before, "a refusal changed something");
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{} {}: {failure}", endpoint.method, endpoint.path));
    assert_eq!(seen.borrow().len(), 2, "{}: both successes and refusals have to be seen", endpoint.path);
}

#[test]
fn whatever_is_sent_is_done_whole_or_refused_whole() {
    let system = System::new();
    let endpoints = connector_endpoints();
    assert!(endpoints.len() >= RIGHT.len() - 2, "endpoints are missing: {endpoints:?}");
    for endpoint in endpoints {
        check_endpoint(&system, endpoint);
    }
}
