//! The control indices over HTTP.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::header};
use serde_json::{Value, json};
use tributary_api::Api;
use tributary_storage::MemoryStore;

/// Sends requests to a new service, one after the other, and answers each with status and body.
async fn exchange(requests: &[(Method, &str, Value)]) -> Vec<(u16, Value)> {
    let api =
        Api::new(Arc::new(MemoryStore::default())).with_plugin(tributary_gateway::ENDPOINTS, Arc::new(()));
    let app = init_service(App::new().configure(api.configure())).await;
    let mut answers = Vec::new();
    for (method, path, body) in requests {
        let mut request = TestRequest::with_uri(path).method(method.clone());
        match body {
            Value::Null => {}
            Value::String(lines) => {
                let media_type = "application/vnd.elasticsearch+x-ndjson; compatible-with=8";
                request =
                    request.insert_header((header::CONTENT_TYPE, media_type)).set_payload(lines.clone());
            }
            body => request = request.set_json(body),
        }
        let response = call_service(&app, request.to_request()).await;
        assert!(response.headers().contains_key("x-elastic-product"));
        let status = response.status().as_u16();
        let body = read_body(response).await;
        answers.push((status, serde_json::from_slice(&body).unwrap_or(Value::Null)));
    }
    answers
}

fn post(path: &'static str, body: Value) -> (Method, &'static str, Value) {
    (Method::POST, path, body)
}

fn get(path: &'static str) -> (Method, &'static str, Value) {
    (Method::GET, path, Value::Null)
}

#[actix_web::test]
async fn documents_are_written_read_and_removed() {
    let answers = exchange(&[
        (
            Method::PUT,
            "/.elastic-connectors/_doc/c?op_type=create",
            json!({ "name": "a", "id": "x", "n": 1.5 }),
        ),
        (Method::PUT, "/.elastic-connectors/_create/c", json!({})),
        get("/.elastic-connectors-v1/_doc/c"),
        post("/.elastic-connectors/_update/c", json!({ "doc": { "name": "a" } })),
        post("/.elastic-connectors/_update/c?_source=true", json!({ "doc": { "name": "b" } })),
        post("/.elastic-connectors/_update/c?if_seq_no=99&if_primary_term=1", json!({ "doc": {} })),
        post("/.elastic-connectors/_update/d", json!({ "doc": {} })),
        post("/.elastic-connectors/_update/d", json!({ "doc": { "x": 1 }, "doc_as_upsert": true })),
        post("/.elastic-connectors/_update/d", json!({ "script": {} })),
        (Method::DELETE, "/.elastic-connectors/_doc/d", Value::Null),
        (Method::DELETE, "/.elastic-connectors/_doc/d", Value::Null),
        get("/.elastic-connectors/_doc/d"),
        get("/_connector/c"),
        post("/.elastic-connectors/_doc", json!({ "index_name": "i" })),
        post("/.elastic-connectors/_doc", json!({ "index_name": "i" })),
        post("/.elastic-connectors/_update/c?if_seq_no=9", json!({ "doc": {} })),
    ])
    .await;
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [201, 409, 200, 200, 200, 409, 404, 201, 400, 200, 404, 404, 200, 201, 400, 400]);
    let results: Vec<&str> = answers.iter().map(|(_, body)| body["result"].as_str().unwrap_or("-")).collect();
    assert_eq!(
        results,
        [
            "created",
            "-",
            "-",
            "noop",
            "updated",
            "-",
            "-",
            "created",
            "-",
            "deleted",
            "not_found",
            "-",
            "-",
            "created",
            "-",
            "-"
        ]
    );
    let (_, got) = &answers[2];
    assert_eq!(got["_source"], json!({ "name": "a", "n": 1.5 }));
    assert_eq!(
        (&got["_index"], &got["_id"], &got["found"]),
        (&json!(".elastic-connectors-v1"), &json!("c"), &json!(true))
    );
    assert_eq!(answers[3].1["_seq_no"], got["_seq_no"]);
    assert_ne!(answers[4].1["_seq_no"], got["_seq_no"]);
    assert_eq!(answers[4].1["get"]["_source"]["name"], "b");
    assert_eq!(answers[5].1["error"]["type"], "version_conflict_engine_exception");
    assert_eq!(answers[6].1["error"]["type"], "document_missing_exception");
    assert_eq!(answers[11].1, json!({ "_index": ".elastic-connectors-v1", "_id": "d", "found": false }));
    assert_eq!(answers[12].1["id"], "c");
}

#[actix_web::test]
async fn searches_are_answered_with_versions() {
    let answers = exchange(&[
        (Method::PUT, "/.elastic-connectors-sync-jobs/_doc/a", json!({ "status": "pending", "created_at": "2026-01-02", "canceled_at": "2026-01-05" })),
        (Method::PUT, "/.elastic-connectors-sync-jobs/_doc/b", json!({ "status": "error", "created_at": "2026-01-01", "connector": { "id": "c", "x": [1] } })),
        (Method::PUT, "/.elastic-connectors-sync-jobs/_doc/c", json!({ "status": "error" })),
        post(
            "/.elastic-connectors-sync-jobs/_search?expand_wildcards=hidden",
            json!({ "query": { "terms": { "status": ["pending", "error"] } }, "sort": { "created_at": "asc" }, "from": 0, "size": 100, "seq_no_primary_term": true }),
        ),
        post("/.elastic-connectors-sync-jobs/_search?size=1&_source=connector.id&rest_total_hits_as_int=true", json!({ "query": { "term": { "connector.id": "c" } }, "version": true })),
        post("/.elastic-connectors-sync-jobs/_search", json!({ "query": { "exists": { "field": "canceled_at" } }, "track_total_hits": false, "_source": false })),
        post("/.elastic-connectors-sync-jobs/_search", json!({ "size": 0, "aggs": { "by": { "terms": { "field": "status" } } } })),
        post("/.elastic-connectors-sync-jobs/_search", json!({ "sort": [{ "status": "desc" }, { "created_at": { "order": "desc" } }, "_id"], "_source": ["status"], "search_after": ["pending", 0, "a"] })),
        get("/.elastic-connectors-sync-jobs/_search?sort=created_at:desc"),
        post("/.elastic-connectors-sync-jobs/_count", json!({ "query": { "term": { "status": "error" } } })),
        get("/.elastic-connectors-sync-jobs/_count"),
        post("/.elastic-connectors-sync-jobs/_search", json!({ "highlight": {} })),
        post("/.elastic-connectors-sync-jobs/_search", json!({ "from": 9_999, "size": 2 })),
        post("/.elastic-connectors-sync-jobs/_search?scroll=1m", json!({})),
    ])
    .await;
    let ids = |answer: &Value| -> Vec<String> {
        answer["hits"]["hits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| hit["_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let answer = &answers[3].1;
    assert_eq!(ids(answer), ["b", "a", "c"]);
    assert_eq!(answer["hits"]["total"], json!({ "value": 3, "relation": "eq" }));
    let hit = &answer["hits"]["hits"][0];
    assert_eq!(
        hit["_source"],
        json!({ "status": "error", "created_at": "2026-01-01", "connector": { "id": "c", "x": [1] } })
    );
    assert!(hit["_seq_no"].is_u64() && hit["_primary_term"] == 1 && hit.get("_version").is_none(), "{hit}");
    assert_eq!((&hit["sort"], &hit["_score"]), (&json!([1_767_225_600_000_i64]), &Value::Null));
    let answer = &answers[4].1;
    assert_eq!(
        (&answer["hits"]["total"], &answer["hits"]["hits"][0]["_source"]),
        (&json!(1), &json!({ "connector": { "id": "c" } }))
    );
    let answer = &answers[5].1;
    assert!(answer["hits"].get("total").is_none() && answer["hits"]["hits"][0].get("_source").is_none());
    assert_eq!(ids(answer), ["a"]);
    let buckets = &answers[6].1["aggregations"]["by"]["buckets"];
    assert_eq!(*buckets, json!([{ "key": "error", "doc_count": 2 }, { "key": "pending", "doc_count": 1 }]));
    assert_eq!(ids(&answers[7].1), ["b", "c"]);
    assert_eq!(ids(&answers[8].1), ["a", "b", "c"]);
    assert_eq!([&answers[9].1["count"], &answers[10].1["count"]], [&json!(2), &json!(3)]);
    for (place, part) in [(11, "[highlight]"), (12, "Result window is too large"), (13, "[scroll]")] {
        let (status, body) = &answers[place];
        assert!(*status == 400 && body["error"]["reason"].as_str().unwrap().contains(part), "{body}");
    }
}

#[actix_web::test]
async fn a_bulk_request_is_carried_out_action_by_action() {
    let lines = concat!(
        "{\"index\":{\"_id\":\"j\"}}\n{\"status\":\"pending\"}\n",
        "{\"update\":{\"_id\":\"j\"}}\n{\"doc\":{\"status\":\"completed\"}}\n",
        "{\"update\":{\"_id\":\"j\"}}\n{\"doc\":{\"status\":\"canceling\"}}\n",
        "{\"create\":{\"_index\":\".elastic-connectors\",\"_id\":\"c\"}}\n{}\n",
        "{\"delete\":{\"_id\":\"none\"}}\n",
    );
    let answers = exchange(&[
        (Method::PUT, "/.elastic-connectors-sync-jobs/_bulk?refresh=wait_for", json!(lines)),
        get("/_connector/_sync_job/j"),
        post(
            "/.elastic-connectors-sync-jobs/_bulk",
            json!("{\"index\":{\"_id\":\"x\"}}\n{}\n{\"nothing\":{}}\n"),
        ),
        get("/.elastic-connectors-sync-jobs/_doc/x"),
    ])
    .await;
    let (status, answer) = &answers[0];
    assert_eq!((*status, &answer["errors"]), (200, &json!(true)));
    let statuses: Vec<Vec<u64>> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_object().unwrap().values().map(|item| item["status"].as_u64().unwrap()).collect())
        .collect();
    assert_eq!(statuses, [[201], [400], [200], [201], [404]]);
    assert_eq!(answer["items"][1]["update"]["error"]["type"], "status_exception");
    assert_eq!(answers[1].1["status"], "canceled");
    assert_eq!((answers[2].0, answers[3].0), (400, 404));
}

#[actix_web::test]
async fn indices_exist_under_all_names() {
    for name in ["", "-v1", "-sync-jobs", "-sync-jobs-v1"] {
        let path = format!("/.elastic-connectors{name}");
        let refresh = format!("{path}/_refresh");
        let mapping = format!("{path}/_mapping");
        let answers = exchange(&[
            (Method::HEAD, &path, Value::Null),
            (Method::GET, &path, Value::Null),
            (Method::PUT, &path, Value::Null),
            (Method::POST, &refresh, Value::Null),
            (Method::PUT, &mapping, json!({ "properties": { "status": { "type": "keyword" }, "x": {} } })),
            (Method::PUT, &mapping, json!({ "properties": { "status": { "type": "long" } } })),
            (Method::DELETE, &path, Value::Null),
        ])
        .await;
        let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 200, 400, 200, 200, 400, 405], "{path}");
        assert_eq!(answers[2].1["error"]["type"], "resource_already_exists_exception");
    }
    let answers = exchange(&[
        (Method::HEAD, "/.elastic-connectors-v2", Value::Null),
        get("/_license"),
        get("/_nodes/http"),
        get("/_xpack"),
        get("/_cluster/health"),
    ])
    .await;
    assert_eq!(answers[0].0, 400);
    assert_eq!(answers[1].1["license"]["type"], "basic");
    assert_eq!(answers[4].1["status"], "green");
}
