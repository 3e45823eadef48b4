//! Queries, as conditions and by what they match.

use serde_json::json;
use tributary_domain::Document;

use super::*;

const JOBS: Collection = Collection::SYNC_JOBS;
const CONNECTORS: Collection = Collection::CONNECTORS;

fn read(collection: Collection, query: &Value) -> Result<Condition, Refusal> {
    read_query(collection, Timestamp::parse("2026-03-31T10:20:30.456Z").unwrap(), query)
}

fn matches(collection: Collection, query: &Value, document: &str) -> bool {
    let condition = read(collection, query).unwrap_or_else(|error| panic!("{query}: {error}"));
    condition.matches(collection, "x", &Document::parse(document).unwrap())
}

#[test]
fn queries_of_the_connector_service() {
    let connector = r#"{"is_native":false,"service_type":"s3","deleted":false,"index_name":"search-a"}"#;
    let supported = json!({ "bool": {
        "must_not": { "term": { "deleted": true } },
        "filter": [{ "bool": { "should": [
            { "bool": { "filter": [{ "term": { "is_native": true } }, { "terms": { "service_type": ["s3"] } }] } },
            { "bool": { "filter": [{ "term": { "is_native": false } }, { "terms": { "_id": ["x", "y"] } }] } },
        ] } }],
    } });
    assert!(matches(CONNECTORS, &supported, connector));
    assert!(!matches(CONNECTORS, &supported, r#"{"is_native":true,"service_type":"ftp"}"#));
    assert!(!matches(CONNECTORS, &supported, r#"{"is_native":false,"deleted":true}"#));
    assert!(matches(CONNECTORS, &json!({ "match": { "index_name": "search-a" } }), connector));
    let idle = json!({ "bool": { "filter": [
        { "terms": { "connector.id": ["c"] } },
        { "terms": { "status": ["in_progress", "canceling"] } },
        { "range": { "last_seen": { "lte": "now-300s" } } },
    ] } });
    let job =
        |seen: &str| format!(r#"{{"status":"in_progress","connector":{{"id":"c"}},"last_seen":"{seen}"}}"#);
    assert!(matches(JOBS, &idle, &job("2026-03-31T10:15:30.456Z")));
    assert!(!matches(JOBS, &idle, &job("2026-03-31T10:15:30.457Z")));
}

#[test]
fn each_query_decides() {
    let document = r#"{"status":"pending","created_at":"2026-03-31T10:00:00Z","indexed_document_count":7,"error":"a b"}"#;
    for (query, expected) in [
        (json!({ "match_all": {} }), true),
        (json!({ "match_none": {} }), false),
        (json!({ "bool": {} }), true),
        (json!({ "bool": { "must": [], "should": [] } }), true),
        (json!({ "bool": { "should": [{ "term": { "status": "error" } }] } }), false),
        (
            json!({ "bool": { "should": { "term": { "status": "error" } }, "must": { "match_all": {} } } }),
            true,
        ),
        (
            json!({ "bool": {
                "should": { "term": { "status": "error" } }, "must": { "match_all": {} }, "minimum_should_match": 1,
            } }),
            false,
        ),
        (
            json!({ "bool": {
                "should": [{ "term": { "status": "pending" } }, { "match_all": {} }], "minimum_should_match": "2",
            } }),
            true,
        ),
        (json!({ "bool": { "should": [{ "match_none": {} }], "minimum_should_match": -1 } }), false),
        (json!({ "bool": { "should": [{ "match_none": {} }], "minimum_should_match": 0 } }), false),
        (
            json!({ "bool": {
                "should": [{ "match_none": {} }], "filter": { "match_all": {} }, "minimum_should_match": 0,
            } }),
            true,
        ),
        (json!({ "bool": { "should": [], "minimum_should_match": 1 } }), true),
        (
            json!({ "bool": { "must_not": { "match_none": {} }, "should": [], "minimum_should_match": 1 } }),
            true,
        ),
        (
            json!({ "bool": { "filter": { "match_all": {} }, "should": [], "minimum_should_match": 1 } }),
            false,
        ),
        (json!({ "constant_score": { "filter": { "term": { "status": { "value": "pending" } } } } }), true),
        (json!({ "term": { "error": "a" } }), false),
        (json!({ "match": { "error": { "query": "a b", "operator": "and" } } }), true),
        (json!({ "terms": { "status": [], "boost": 2 } }), false),
        (json!({ "ids": { "values": ["x"] } }), true),
        (json!({ "term": { "_id": "y" } }), false),
        (json!({ "exists": { "field": "error" } }), true),
        (json!({ "exists": { "field": "completed_at" } }), false),
        (json!({ "exists": { "field": "_id" } }), true),
        (json!({ "range": { "indexed_document_count": { "gte": 7, "lt": 8 } } }), true),
        (json!({ "range": { "indexed_document_count": { "gt": 6.5, "lte": "7.9" } } }), true),
        (json!({ "range": { "indexed_document_count": { "gt": 7 } } }), false),
        (json!({ "range": { "indexed_document_count": { "gt": 7.0 } } }), false),
        (json!({ "range": { "indexed_document_count": { "gt": i64::MAX } } }), false),
        (json!({ "range": { "indexed_document_count": { "lte": i64::MAX } } }), true),
        (json!({ "term": { "indexed_document_count": 7.5 } }), false),
        (json!({ "term": { "indexed_document_count": "7" } }), true),
        (
            json!({ "range": { "created_at": { "gte": "now/d", "lt": "now", "format": "strict_date_optional_time" } } }),
            true,
        ),
        (json!({ "range": { "created_at": { "lte": "2026-03-31" } } }), true),
        (json!({ "range": { "created_at": { "lt": "2026-03-31" } } }), false),
        (json!({ "range": { "created_at": { "gt": "2026-03-31||/d" } } }), false),
        (
            json!({ "range": { "created_at": { "from": "2026-03-31T10:00:00Z", "include_lower": false } } }),
            false,
        ),
        (json!({ "range": { "created_at": { "from": "2026-03-31T10:00:00Z", "to": null } } }), true),
        (json!({ "term": { "created_at": "2026-03-31" } }), true),
        (json!({ "term": { "created_at": 1_774_951_200_000_i64 } }), true),
    ] {
        assert_eq!(matches(JOBS, &query, document), expected, "{query}");
    }
}

#[test]
fn what_is_not_served_is_named() {
    for (query, part) in [
        (json!({ "wildcard": { "status": "p*" } }), "query [wildcard] is not served"),
        (json!({ "term": { "metadata.x": 1 } }), "[term] on the field [metadata.x]"),
        (json!({ "term": { "connector.configuration": 1 } }), "[connector.configuration]"),
        (json!({ "range": { "duration": { "gt": 1 } } }), "[duration]"),
        (json!({ "range": { "status": { "gt": "a" } } }), "[range] on the field [status]"),
        (json!({ "range": { "created_at": { "gt": "soon" } } }), "[soon] for the field [created_at]"),
        (json!({ "range": { "created_at": { "gt": 1, "time_zone": "+02:00" } } }), "[+02:00]"),
        (json!({ "range": { "created_at": { "gt": 1, "format": "yyyy" } } }), "[yyyy]"),
        (json!({ "range": { "indexed_document_count": { "gt": "many" } } }), "[many]"),
        (json!({ "term": { "status": null } }), "[null]"),
        (json!({ "term": { "status": ["a"] } }), "plain values"),
        (json!({ "term": { "status": "a", "job_type": "b" } }), "[status] and [job_type]"),
        (json!({ "terms": { "status": { "index": "x", "id": "1", "path": "y" } } }), "an array"),
        (json!({ "term": { "status": { "value": "a", "case_insensitive": true } } }), "[case_insensitive]"),
        (json!({ "match": { "status": { "query": "a", "fuzziness": 1 } } }), "[match] with [fuzziness]"),
        (json!({ "bool": { "musst": [] } }), "[bool] with [musst]"),
        (
            json!({ "bool": { "should": vec![json!({ "match_all": {} }); 3], "minimum_should_match": 2 } }),
            "[2] of [3]",
        ),
        (json!({ "bool": { "minimum_should_match": "75%" } }), "[minimum_should_match]"),
        (json!({ "match_all": {}, "term": {} }), "one name"),
        (json!({}), "must not be empty"),
        (json!([]), "must be an object"),
        (json!({ "exists": {} }), "[exists]"),
    ] {
        let reason = read(JOBS, &query).unwrap_err().to_string();
        assert!(reason.contains(part), "{query}: {reason}");
    }
    let text = read(CONNECTORS, &json!({ "match": { "description": "a" } })).unwrap_err().to_string();
    assert!(text.contains("text field [description]"), "{text}");
    let boolean = read(CONNECTORS, &json!({ "term": { "deleted": "yes" } })).unwrap_err().to_string();
    assert!(boolean.contains("[yes] for the field [deleted]"), "{boolean}");
}

#[test]
fn depth_and_width_are_bounded() {
    let nested = |levels: usize| {
        (1..levels).fold(json!({ "match_all": {} }), |query, _| json!({ "bool": { "filter": query } }))
    };
    assert!(read(JOBS, &nested(20)).is_ok());
    assert!(read(JOBS, &nested(21)).unwrap_err().to_string().contains("[20] levels"));
    let wide =
        |clauses: usize| json!({ "bool": { "filter": vec![json!({ "match_all": {} }); clauses - 1] } });
    assert!(read(JOBS, &wide(1_000)).is_ok());
    assert!(read(JOBS, &wide(1_001)).unwrap_err().to_string().contains("[1000] clauses"));
}
