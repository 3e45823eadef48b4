//! What cannot be done is refused in Elasticsearch's words and shape.

use serde_json::{Value, json};

use crate::sides::{INDEX, JOBS, Sides};

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";

/// Requests that an engine refuses, or answers with a failure: the same status, the same type.
pub(crate) fn like_the_engine(sides: &Sides) {
    sides.fill(JOBS, &[("here".to_owned(), json!({ "worker_hostname": "a" }))]);
    let search = format!("/{INDEX}/_search");
    let update = format!("/{INDEX}/_update/here");
    let wrong = "if_seq_no=1000000&if_primary_term=1";
    let none = Value::Null;
    for (method, path, body) in [
        ("POST", format!("/{INDEX}/_update/gone"), json!({ "doc": { "a": 1 } })),
        ("POST", format!("/{INDEX}/_update/gone?{wrong}"), json!({ "doc": { "a": 1 } })),
        ("POST", format!("{update}?{wrong}"), json!({ "doc": { "a": 1 } })),
        ("POST", format!("{update}?{wrong}"), json!({ "doc": { "worker_hostname": "a" } })),
        ("POST", format!("{update}?if_seq_no=1"), json!({ "doc": { "a": 1 } })),
        ("POST", format!("{update}?if_seq_no=x&if_primary_term=1"), json!({ "doc": { "a": 1 } })),
        ("POST", update.clone(), json!({})),
        ("POST", update.clone(), json!({ "doc": [] })),
        ("POST", update, json!({ "document": {} })),
        ("GET", format!("/{INDEX}/_doc/gone"), none.clone()),
        ("DELETE", format!("/{INDEX}/_doc/gone"), none.clone()),
        ("DELETE", format!("/{INDEX}/_doc/here?{wrong}"), none),
        ("PUT", format!("/{INDEX}/_doc/here?{wrong}"), json!({})),
        ("PUT", format!("/{INDEX}/_doc/here?op_type=create"), json!({})),
        ("PUT", format!("/{INDEX}/_create/here"), json!({})),
        ("POST", search.clone(), json!({ "query": { "no_such_query": {} } })),
        ("POST", search.clone(), json!({ "query": { "bool": { "musst": [] } } })),
        ("POST", search.clone(), json!({ "query": [] })),
        ("POST", search.clone(), json!({ "query": { "range": { "created_at": { "gte": "soon" } } } })),
        ("POST", search.clone(), json!({ "from": -1 })),
        ("POST", search.clone(), json!({ "size": 20_000 })),
        ("POST", search, json!({ "no_such_field": 1 })),
    ] {
        let [engine, gateway] = sides.send(method, &path, JOBS, &body);
        assert_eq!(
            engine.status, gateway.status,
            "{method} {path} {body}\n{}\n{}",
            engine.body, gateway.body
        );
        let result = |body: &Value| (body["result"].clone(), body["found"].clone());
        assert_eq!(result(&engine.body), result(&gateway.body), "{method} {path} {body}");
        // Of what is malformed, engines tell apart more than the gateway does.
        if matches!(engine.status, 404 | 409) {
            let kind = |body: &Value| body["error"]["type"].clone();
            assert_eq!(kind(&engine.body), kind(&gateway.body), "{method} {path} {body}\n{}", gateway.body);
        }
    }
}

fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({ "match_all": {} }), |query, _| json!({ "bool": { "filter": query } }))
}

fn wide(clauses: usize) -> Value {
    json!({ "bool": { "should": vec![json!({ "term": { "status": "a" } }); clauses] } })
}

/// Requests, the status that refuses each, and what the reason has to say.
pub(crate) fn in_the_shape_of_errors(sides: &Sides) {
    sides.fill(JOBS, &[("here".to_owned(), json!({}))]);
    let search = format!("/{INDEX}/_search");
    let update = format!("/{INDEX}/_update/here");
    let bulk = format!("/{INDEX}/_bulk");
    let query = |query: &Value| json!({ "query": query }).to_string();
    let long = format!("{{\"index\":{{\"_id\":\"a\"}}}}\n{{\"a\":\"{}\"}}\n", "x".repeat(9 << 20));
    let cases: Vec<(&str, &str, &str, String, u16, &str)> = vec![
        ("POST", &search, JSON, "{".to_owned(), 400, ""),
        ("POST", &search, JSON, "[]".to_owned(), 400, ""),
        ("POST", &search, JSON, r#"{"query":{}}{}"#.to_owned(), 400, ""),
        ("POST", &search, JSON, r#"{"query":"status:a"}"#.to_owned(), 400, "object"),
        ("POST", &search, JSON, query(&json!({ "wildcard": { "status": "p*" } })), 400, "wildcard"),
        ("POST", &search, JSON, query(&json!({ "term": { "status": "a", "error": "b" } })), 400, "status"),
        ("POST", &search, JSON, query(&nested(21)), 400, "20"),
        ("POST", &search, JSON, query(&nested(90)), 400, ""),
        ("POST", &search, JSON, query(&wide(1_000)), 400, "1000"),
        ("POST", &update, JSON, r#"{"script":"ctx.op = 'none'"}"#.to_owned(), 400, "script"),
        ("POST", &update, JSON, "{\"doc\":".to_owned(), 400, ""),
        ("POST", &update, JSON, String::new(), 400, ""),
        ("POST", &bulk, LINES, "{\"index\":{}}\n{".to_owned(), 400, "line"),
        ("POST", &bulk, LINES, "{\"smash\":{\"_id\":\"a\"}}\n".to_owned(), 400, "smash"),
        ("POST", &bulk, LINES, "{\"index\":{\"_id\":\"a\"}}\n".to_owned(), 400, ""),
        ("POST", &bulk, LINES, "{}\n".to_owned(), 400, ""),
        ("POST", &bulk, LINES, String::new(), 400, ""),
        ("POST", &bulk, LINES, long, 413, ""),
    ];
    for (method, path, media_type, body, status, part) in cases {
        let answer = sides.gateway.answer_to(method, path, JOBS, media_type, &body);
        let start: String = body.chars().take(200).collect();
        assert_eq!(answer.status, status, "{method} {path} {start}: {}", answer.body);
        let reason = answer.refusal(status);
        assert!(reason.contains(part), "[{part}] is missing: {method} {path} {start}: {reason}");
    }
    // Just within the bounds.
    for within in [nested(20), wide(999)] {
        assert_eq!(sides.gateway.send("POST", &search, JOBS, &json!({ "query": within })).status, 200);
    }
    // Nothing of it was done, and all of it left the service well.
    let found = sides.gateway.send("POST", &format!("/{INDEX}/_count"), JOBS, &Value::Null);
    assert_eq!(found.body["count"], 1, "{found:?}");
    sides.gateway.send("GET", &format!("/{INDEX}/_doc/here"), JOBS, &Value::Null);
}
