//! Whatever a client sends, to any endpoint: it is done whole or refused whole.
#![allow(missing_docs, reason = "a test")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::System;
use actix_web::{App, test as actix_test};
use futures_util::TryStreamExt as _;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tributary_api::{Api, Body, COMMON_PARAMETERS, ENDPOINTS, Endpoint, Resource};
use tributary_domain::{Document, Id};
use tributary_secrets::SecretKeys;
use tributary_storage::{Collection, Deadline, MemoryStore, Store, StoreExt as _, Stored};

/// Bodies that are right, by the last part of the path, beside the examples of the endpoints; what is generated
/// starts from them half of the time.
const RIGHT: &[(&str, &str)] = &[
    (
        "{connector_id}",
        r#"{"name":"n","index_name":"content-i","is_native":true,"language":"en","service_type":"s3","description":"d"}"#,
    ),
    ("_connector", r#"{"name":"n","service_type":"s3"}"#),
    ("_sync_job", r#"{"id":"c","job_type":"incremental","trigger_method":"scheduled"}"#),
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
fn nearly_right(endpoint: &Endpoint, example: &'static str) -> impl Strategy<Value = String> + use<> {
    let last = endpoint.path.rsplit('/').next().unwrap_or_default();
    let right = RIGHT.iter().filter(|(part, _)| *part == last).map(|(_, body)| *body);
    let right: Vec<&str> = right.chain([example]).collect();
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

/// Stored documents: those of a connector and of a job, or whatever another program may have left.
fn stored() -> impl Strategy<Value = [String; 2]> {
    let odd =
        || btree_map(select(&NAMES[..NAMES.len() - 2]), anything(), 0..6).prop_map(|fields| object(&fields));
    let connector = r#"{"status":"configured","index_name":"content-i","service_type":"s3","configuration":{"port":{"type":"int","value":1},"host":{"required":true}},"filtering":[{"active":{},"draft":{}}]}"#;
    let job = select(&["pending", "in_progress", "canceling", "suspended"][..]).prop_map(|status| {
        format!(r#"{{"status":"{status}","connector":{{"id":"c"}},"metadata":{{"m":1}},"created_at":"2026-01-01T00:00:00Z"}}"#)
    });
    let kept = |text: String| {
        let rest = text.trim_start_matches('{');
        format!("{{{KEPT}{}{rest}", if rest == "}" { "" } else { "," })
    };
    let both = (prop_oneof![Just(connector.to_owned()), odd()], prop_oneof![3 => job, 1 => odd()]);
    both.prop_map(move |(connector, job)| [kept(connector), kept(job)])
}

/// A service over one store that is filled anew for each case.
struct Bench {
    service: Box<Handle>,
    store: Arc<dyn Store>,
}

type Handle = dyn Fn(actix_http::Request) -> Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>;

/// The id of every document that is there before a request.
const ID: &str = "c";

impl Bench {
    async fn open() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let api = Api::new(Arc::clone(&store)).with_secret_keys(SecretKeys::parse(key).expect("a key"));
        let app = App::new().configure(api.configure());
        let service = Rc::new(actix_test::init_service(app).await);
        let service = move |request| -> Pin<Box<dyn Future<Output = _>>> {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request).await.expect("an answer").map_into_boxed_body() })
        };
        Self { service: Box::new(service), store }
    }

    /// Leaves nothing but a connector, a job and a secret.
    async fn fill(&self, [connector, job]: &[String; 2]) {
        for collection in Collection::ALL {
            for id in self.documents(collection).await.into_keys() {
                let id = Id::parse("id", &id).expect("an id");
                let version = self.store.get(collection, &id).await.expect("it was listed").version;
                self.store.delete(collection, &id, version).await.expect("deleted");
            }
        }
        for (collection, document) in [(Collection::CONNECTORS, connector), (Collection::SYNC_JOBS, job)] {
            let document = Document::parse(document).expect("a document");
            self.store
                .create(collection, &Id::parse("id", ID).expect("an id"), document)
                .await
                .expect("stored");
        }
        let secret = r#"{"value":"s"}"#;
        let (status, answer) = self.call(&Method::PUT, "/_connector/_secret/c", Some(secret)).await;
        assert!(status.is_success(), "{answer}");
    }

    /// The texts of all documents of a collection by their ids.
    async fn documents(&self, collection: Collection) -> BTreeMap<String, String> {
        let portions: Vec<Vec<Stored>> =
            self.store.scan(collection, Deadline::NONE).try_collect().await.expect("documents");
        let text = |stored: &Stored| String::from_utf8(stored.document.to_vec()).expect("text");
        portions.iter().flatten().map(|stored| (stored.id.to_string(), text(stored))).collect()
    }

    async fn everything(&self) -> Vec<BTreeMap<String, String>> {
        let mut everything = Vec::new();
        for collection in Collection::ALL {
            everything.push(self.documents(collection).await);
        }
        everything
    }

    /// The status and the body of an answer.
    async fn call(&self, method: &Method, path: &str, body: Option<&str>) -> (StatusCode, String) {
        let mut request = actix_test::TestRequest::with_uri(path).method(method.clone());
        if let Some(body) = body {
            request = request
                .insert_header(("content-type", "application/json"))
                .insert_header(("content-length", body.len()))
                .set_payload(body.to_owned());
        }
        let response = (self.service)(request.to_request()).await;
        let status = response.status();
        let body = to_bytes(response.into_body()).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    /// Sends a request, and checks that it was done whole or refused whole; gives the answer if it was done.
    async fn check(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
    ) -> Result<Option<String>, TestCaseError> {
        let before = self.everything().await;
        let (status, answer) = self.call(method, path, body).await;
        let after = self.everything().await;
        if !status.is_success() {
            // A search for API keys that finds none is an answer there, with all that changes the form of answers.
            let finds_none = status == StatusCode::NOT_FOUND && path.starts_with("/_security/api_key?");
            if !finds_none {
                check_refusal(status, &answer)?;
            }
            prop_assert_eq!(after, before, "a refusal changed something");
            return Ok(None);
        }
        let changed = method != Method::GET && !answer.contains(r#""result":"noop""#);
        prop_assert!(changed || after == before, "{} changed something", answer);
        let deletes = method == Method::DELETE || path.contains("/_delete_by_query");
        if !deletes {
            let is_kept = |documents: &BTreeMap<String, String>| documents[ID].contains(KEPT);
            let new = status == StatusCode::CREATED && method == Method::PUT;
            prop_assert!(new || after[..2].iter().all(is_kept), "a field is lost: {:?}", after);
        }
        Ok(Some(answer))
    }

    async fn list(&self) -> StatusCode {
        self.call(&Method::GET, "/_connector?include_deleted=true", None).await.0
    }
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

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// The path with ids in the place of their names.
fn path(endpoint: &Endpoint, id: &str) -> String {
    let parts = endpoint.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The endpoints of a resource that take a body, with an example of it.
fn with_bodies(resource: Resource) -> Vec<(&'static Endpoint, &'static str)> {
    let meant = ENDPOINTS.iter().filter(|endpoint| endpoint.resource() == resource);
    meant
        .filter_map(|endpoint| match endpoint.body {
            Body::Optional(content) | Body::Required(content) | Body::Lines(content) => {
                Some((*endpoint, content.example.expect("bodies of requests are JSON")))
            }
            Body::None => None,
        })
        .collect()
}

fn check_bodies(endpoints: &[(&'static Endpoint, &'static str)]) {
    let system = System::new();
    let bench = system.block_on(Bench::open());
    for (endpoint, example) in endpoints {
        let bodies = prop_oneof![2 => nearly_right(endpoint, example), 1 => anything(), 1 => "\\PC{0,20}"];
        let path = path(endpoint, ID);
        let seen: RefCell<BTreeSet<bool>> = RefCell::default();
        let outcome = runner(200).run(&(stored(), bodies), |(documents, body)| {
            system.block_on(async {
                bench.fill(&documents).await;
                let answer = bench.check(&endpoint.method, &path, Some(&body)).await?;
                seen.borrow_mut().insert(answer.is_some());
                if let Some(answer) = answer.filter(|_| endpoint.resource() == Resource::Connector) {
                    prop_assert!(answer.starts_with(r#"{"result":""#), "{}", answer);
                }
                prop_assert_eq!(bench.list().await, StatusCode::OK);
                Ok(())
            })
        });
        outcome.unwrap_or_else(|failure| panic!("{} {}: {failure}", endpoint.method, endpoint.path));
        assert_eq!(seen.borrow().len(), 2, "{}: both successes and refusals have to be seen", endpoint.path);
    }
}

#[test]
fn bodies_for_connectors() {
    let endpoints = with_bodies(Resource::Connector);
    assert!(endpoints.len() >= RIGHT.len() - 3, "endpoints are missing: {endpoints:?}");
    check_bodies(&endpoints);
}

#[test]
fn bodies_for_sync_jobs_and_secrets() {
    let endpoints = [with_bodies(Resource::SyncJob), with_bodies(Resource::Secret)].concat();
    assert_eq!(endpoints.len(), 9, "{endpoints:?}");
    check_bodies(&endpoints);
}

/// What clients may put behind the name of a parameter.
const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "007",
    "10000",
    "10001",
    "4294967296",
    "1.5",
    "true",
    "false",
    "TRUE",
    "yes",
    "pending",
    "Pending",
    "full,incremental",
    "full,,nothing",
    "desc",
    "c",
    "%C3%BC",
    "%FF",
    "%2",
    "*",
    "-results.*,**.id",
    "results.id",
    "a.%2A%2A.b,[",
    "a%5C,b,%5C",
    ",",
    "2026",
    "2026-01-01T00:00:00%2B02:00",
    "now",
    "now-1d/d",
    "now+1d",
    "now/2d",
    "2026-01-31||%2B1M",
    "-9999||-1y",
    "9223372036854775807||%2B1s",
    "created_at",
    "indexed_document_count",
    "connector.id,*_at,-",
];

#[test]
fn parameters_and_ids() {
    let system = System::new();
    let bench = system.block_on(Bench::open());
    let usual = stored().new_tree(&mut runner(1)).expect("documents").current();
    for endpoint in ENDPOINTS {
        let names = endpoint.own_parameters().chain(COMMON_PARAMETERS).map(|parameter| parameter.name);
        let names: Vec<&str> = names.chain(["unknown", "%73ize"]).collect();
        // Whatever waits has to end.
        let (waits, names): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| *name == "timeout");
        let parameters = vec((select(names), select(WORDS)), 0..3);
        let ids = select(&[ID, ID, "nobody", "%2F", "%C3%BC", "%FF", "..", "_name"][..]);
        let body = match endpoint.body {
            Body::Optional(content) | Body::Required(content) | Body::Lines(content) => content.example,
            Body::None => None,
        };
        let outcome = runner(100).run(&(ids, parameters), |(id, parameters)| {
            let ends = waits.iter().map(|name| format!("{name}=1ms"));
            let query = parameters.iter().map(|(name, value)| format!("{name}={value}")).chain(ends);
            let path = format!("{}?{}", path(endpoint, id), query.collect::<Vec<_>>().join("&"));
            system.block_on(async {
                bench.fill(&usual).await;
                bench.check(&endpoint.method, &path, body).await.map(drop)
            })
        });
        outcome.unwrap_or_else(|failure| panic!("{} {}: {failure}", endpoint.method, endpoint.path));
    }
}
