//! The control indices, and what clients ask about a cluster: the endpoints of the gateway.

use crate::session::{Scenario, Session, scenario};

const CONNECTORS: &str = "/.elastic-connectors";
const JOBS: &str = "/.elastic-connectors-sync-jobs";
const LINES: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("indices.get", describe),
        scenario!("indices.create", create_index),
        scenario!("indices.get_mapping", get_mapping),
        scenario!("indices.put_mapping", put_mapping),
        scenario!("indices.refresh", refresh),
        scenario!("search", search),
        scenario!("search.queries", queries),
        scenario!("search.without_index", without_index),
        scenario!("search.refused", refused_searches),
        scenario!("count", count),
        scenario!("get", get),
        scenario!("index", index),
        scenario!("create", create),
        scenario!("update", update),
        scenario!("update.sync_job", update_job),
        scenario!("update.lost_documents", lost_documents),
        scenario!("delete", delete),
        scenario!("bulk", bulk),
        scenario!("license.get", license),
        scenario!("xpack.info", xpack),
        scenario!("cluster.health", health),
        scenario!("nodes.info", nodes),
    ]
}

async fn describe(session: &mut Session) {
    for name in ["", "-v1", "-sync-jobs", "-sync-jobs-v1"] {
        session.call("HEAD", &format!("{CONNECTORS}{name}?expand_wildcards=hidden"), "").await;
    }
    session.call("GET", &format!("{CONNECTORS}?filter_path=**.aliases,**.settings"), "").await;
    session.call("GET", "/.elastic-connectors-v2", "").await;
    session.call("DELETE", CONNECTORS, "").await;
}

async fn create_index(session: &mut Session) {
    session.call("PUT", CONNECTORS, "").await;
    session.call("PUT", &format!("{JOBS}-v1"), r#"{"mappings":{}}"#).await;
}

async fn get_mapping(session: &mut Session) {
    session.call("GET", &format!("{CONNECTORS}/_mapping"), "").await;
    session.call("GET", &format!("{JOBS}/_mapping"), "").await;
}

async fn put_mapping(session: &mut Session) {
    let path = format!("{JOBS}/_mapping");
    for body in [
        r#"{"properties":{"status":{"type":"keyword"},"connector":{"properties":{"id":{"type":"keyword"}}}}}"#,
        r#"{"properties":{"new":{"type":"keyword"},"connector":{"properties":{"new":{"type":"long"}}}}}"#,
        r#"{"properties":{"status":{"type":"text"}}}"#,
    ] {
        session.call("PUT", &path, body).await;
    }
}

async fn refresh(session: &mut Session) {
    session.call("POST", &format!("{CONNECTORS}/_refresh"), "").await;
    session.call("GET", &format!("{JOBS}-v1/_refresh"), "").await;
}

async fn jobs(session: &mut Session) {
    for (id, document) in [
        (
            "a",
            r#"{"status":"pending","created_at":"2026-01-01","job_type":"full","connector":{"id":"c","x":[1.10]}}"#,
        ),
        (
            "b",
            r#"{"status":"error","created_at":"2026-01-02T10:00:00Z","error":"no space","connector":{"id":"d"}}"#,
        ),
        (
            "c",
            r#"{"status":"error","created_at":"2026-01-03","job_type":"incremental","total_document_count":7}"#,
        ),
        ("d", r#"{"status":"completed","job_type":"full","canceled_at":"2026-01-05"}"#),
    ] {
        session.prepare("PUT", &format!("{JOBS}/_doc/{id}"), document).await;
    }
}

async fn search(session: &mut Session) {
    let path = format!("{JOBS}/_search");
    session.call("POST", &path, "").await;
    jobs(session).await;
    session
        .call(
            "POST",
            &format!("{path}?expand_wildcards=hidden"),
            r#"{"query":{"terms":{"status":["pending","error"]}},"sort":{"created_at":"asc"},"from":0,"size":2,"seq_no_primary_term":true}"#,
        )
        .await;
    session.call("GET", &format!("{path}?size=1&sort=created_at:desc&version=true&_source=false"), "").await;
    session
        .call(
            "POST",
            &format!("{path}?rest_total_hits_as_int=true"),
            r#"{"size":1,"_source":{"includes":["connector.*"],"excludes":["*.x"]}}"#,
        )
        .await;
    session.call("POST", &path, r#"{"size":0,"track_total_hits":false}"#).await;
}

async fn hits(session: &mut Session, body: &str) {
    session
        .call(
            "POST",
            &format!("{JOBS}/_search?filter_path=hits.total,hits.hits._id,hits.hits.sort,aggregations"),
            body,
        )
        .await;
}

async fn queries(session: &mut Session) {
    jobs(session).await;
    for query in [
        r#"{"bool":{"filter":[{"term":{"status":"error"}}],"must_not":{"exists":{"field":"error"}}}}"#,
        r#"{"bool":{"should":[{"term":{"connector.id":"d"}},{"ids":{"values":["a"]}}]}}"#,
        r#"{"range":{"created_at":{"gt":"2026-01-01","lte":"2026-01-02"}}}"#,
        r#"{"bool":{"must":[{"match":{"error":"no space"}}],"filter":{"terms":{"_id":["b","x"]}}}}"#,
        r#"{"match_none":{}}"#,
    ] {
        hits(session, &format!(r#"{{"query":{query}}}"#)).await;
    }
}

/// What is evaluated on the documents themselves.
async fn without_index(session: &mut Session) {
    jobs(session).await;
    for body in [
        r#"{"query":{"range":{"total_document_count":{"gte":7}}}}"#,
        r#"{"query":{"exists":{"field":"canceled_at"}}}"#,
        r#"{"sort":[{"status":"desc"},{"created_at":{"order":"desc"}},"_id"]}"#,
        r#"{"sort":[{"status":"desc"},"_id"],"search_after":["error","b"]}"#,
        r#"{"size":0,"aggs":{"by_status":{"terms":{"field":"status"}},"by_type":{"terms":{"field":"job_type","size":1,"order":{"_key":"desc"}}}}}"#,
        r#"{"query":{"exists":{"field":"canceled_at"}},"size":0,"aggs":{"by":{"terms":{"field":"status"}}}}"#,
    ] {
        hits(session, body).await;
    }
}

async fn refused_searches(session: &mut Session) {
    for body in [
        r#"{"query":{"wildcard":{"status":"e*"}}}"#,
        r#"{"query":{"term":{"connector.name":"x"}}}"#,
        r#"{"query":{"bool":{"filter":[{"term":{"status":null}}]}}}"#,
        r#"{"query":[]}"#,
        r#"{"highlight":{}}"#,
        r#"{"from":9999,"size":2}"#,
        r#"{"sort":[{"nothing":"asc"}]}"#,
        r#"{"search_after":[1]}"#,
        r#"{"aggs":{"x":{"avg":{"field":"total_document_count"}}}}"#,
        r#"{"query":"#,
    ] {
        session.call("POST", &format!("{JOBS}/_search"), body).await;
    }
    session.call("POST", &format!("{JOBS}/_search?scroll=1m"), "").await;
}

async fn count(session: &mut Session) {
    jobs(session).await;
    session.call("GET", &format!("{JOBS}/_count"), "").await;
    session.call("POST", &format!("{JOBS}/_count"), r#"{"query":{"term":{"status":"error"}}}"#).await;
    session.call("POST", &format!("{JOBS}/_count"), r#"{"size":1}"#).await;
}

async fn get(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", r#"{"name":"one","index_name":"i"}"#).await;
    session.call("GET", &format!("{CONNECTORS}/_doc/c?_source=name,index_name"), "").await;
    session.call("GET", &format!("{CONNECTORS}-v1/_doc/c?_source=false"), "").await;
    session.call("HEAD", &format!("{CONNECTORS}/_doc/d"), "").await;
    session.call("GET", &format!("{CONNECTORS}/_doc/d"), "").await;
}

async fn index(session: &mut Session) {
    session.call("PUT", &format!("{CONNECTORS}/_doc/c"), r#"{"index_name":"i","new":{"a":1.10}}"#).await;
    session.call("POST", &format!("{CONNECTORS}/_doc/c?refresh=true"), r#"{"index_name":"j"}"#).await;
    session.call("PUT", &format!("{CONNECTORS}/_doc/c?op_type=create"), "{}").await;
    session.call("PUT", &format!("{CONNECTORS}/_doc/c?if_seq_no=77&if_primary_term=7"), "{}").await;
    session.call("PUT", &format!("{CONNECTORS}/_doc/c?if_seq_no=7"), "{}").await;
    session.call("PUT", &format!("{CONNECTORS}/_doc/d"), r#"{"index_name":"j"}"#).await;
    session.call("POST", &format!("{CONNECTORS}/_doc"), r#"{"index_name":"k"}"#).await;
    session.call("GET", "/_connector?filter_path=results", "").await;
    session.call("PUT", &format!("{JOBS}/_doc/j"), r#"{"status":"completed"}"#).await;
    session.call("PUT", &format!("{JOBS}/_doc/j"), r#"{"status":"pending"}"#).await;
    session.call("PUT", &format!("{JOBS}/_doc/j"), "").await;
}

async fn create(session: &mut Session) {
    session.call("PUT", &format!("{CONNECTORS}/_create/c"), r#"{"name":"a"}"#).await;
    session.call("POST", &format!("{CONNECTORS}/_create/c"), r#"{"name":"b"}"#).await;
}

async fn update(session: &mut Session) {
    let path = format!("{CONNECTORS}/_update/c");
    session.call("POST", &path, r#"{"doc":{"a":1}}"#).await;
    for body in [
        r#"{"doc":{"a":{"b":1.10}},"doc_as_upsert":true}"#,
        r#"{"doc":{"a":{"b":1.1}}}"#,
        r#"{"doc":{"a":{"c":null},"l":[1],"x.y":2}}"#,
        r#"{"doc":{"l":[]},"_source":true}"#,
        r#"{"doc":{},"detect_noop":false}"#,
        r#"{"script":{"source":"ctx.op='none'"}}"#,
        "{}",
        r#"{"doc":{"a":1},"dok":2}"#,
    ] {
        session.call("POST", &path, body).await;
    }
    session.call("POST", &format!("{path}?if_seq_no=77&if_primary_term=7"), r#"{"doc":{}}"#).await;
    session.call("GET", &format!("{CONNECTORS}/_doc/c?filter_path=_source"), "").await;
}

async fn update_job(session: &mut Session) {
    let job = "?filter_path=-connector,-created_at";
    session.prepare("PUT", &format!("{JOBS}/_doc/j"), r#"{"status":"pending"}"#).await;
    for (path, document) in [
        ("j", r#"{"status":"completed"}"#),
        ("j", r#"{"status":"in_progress","worker_hostname":"w","connector.sync_cursor":{"page":1}}"#),
        ("j", r#"{"status":"in_progress","worker_hostname":"x"}"#),
        ("j", r#"{"status":"completed","indexed_document_count":7,"completed_at":"2026-01-02T04:00:00Z"}"#),
        ("j", r#"{"status":"completed","indexed_document_count":8}"#),
        ("j", r#"{"status":"error","error":"late"}"#),
        ("j", r#"{"status":"gone"}"#),
    ] {
        session.call("POST", &format!("{JOBS}/_update/{path}"), &format!(r#"{{"doc":{document}}}"#)).await;
    }
    session.call("GET", &format!("/_connector/_sync_job/j{job}"), "").await;
    session.prepare("PUT", &format!("{JOBS}/_doc/k"), r#"{"status":"pending"}"#).await;
    session.call("POST", &format!("{JOBS}/_update/k"), r#"{"doc":{"status":"canceling"}}"#).await;
    session.call("GET", &format!("/_connector/_sync_job/k{job}"), "").await;
}

async fn lost_documents(session: &mut Session) {
    session.replace_pipelines(&["there"]).await;
    session.prepare("PUT", "/_connector/c", r#"{"index_name":"i","service_type":"s3"}"#).await;
    session.call("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).await;
    session.prepare("PUT", "/_connector/_sync_job/id-0001/_claim", r#"{"worker_hostname":"w"}"#).await;
    let done = r#"{"doc":{"status":"completed","indexed_document_count":0}}"#;
    session.call("POST", &format!("{JOBS}/_update/id-0001"), done).await;
    session.call("GET", "/_connector/_sync_job/id-0001?filter_path=status,error", "").await;
    let pipeline = r#"{"pipeline":{"name":"there","extract_binary_content":true,"reduce_whitespace":true,"run_ml_inference":true}}"#;
    session.prepare("PUT", "/_connector/c/_pipeline", pipeline).await;
    session.call("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).await;
    session.prepare("PUT", "/_connector/_sync_job/id-0002/_claim", r#"{"worker_hostname":"w"}"#).await;
    session.call("POST", &format!("{JOBS}/_update/id-0002"), done).await;
    session.call("GET", "/_connector/_sync_job/id-0002?filter_path=status,error", "").await;
}

async fn delete(session: &mut Session) {
    session.prepare("PUT", &format!("{CONNECTORS}/_doc/c"), "{}").await;
    session.call("DELETE", &format!("{CONNECTORS}/_doc/c?if_seq_no=77&if_primary_term=7"), "").await;
    session.call("DELETE", &format!("{CONNECTORS}/_doc/c"), "").await;
    session.call("DELETE", &format!("{CONNECTORS}/_doc/c"), "").await;
    session.call("GET", "/_connector/c", "").await;
}

async fn bulk(session: &mut Session) {
    let path = format!("{JOBS}/_bulk?refresh=wait_for");
    let lines = concat!(
        "{\"index\":{\"_id\":\"j\"}}\n{\"status\":\"pending\"}\n",
        "{\"update\":{\"_id\":\"j\"}}\n{\"doc\":{\"status\":\"completed\"}}\n",
        "{\"update\":{\"_id\":\"j\",\"_index\":\".elastic-connectors-sync-jobs-v1\"}}\n{\"doc\":{\"status\":\"canceling\"}}\n",
        "{\"create\":{\"_index\":\".elastic-connectors\"}}\n{}\n",
        "{\"delete\":{\"_id\":\"none\"}}\n",
    );
    session.call_with("PUT", &path, LINES, lines).await;
    for lines in [
        "{\"index\":{\"_id\":\"x\"}}\n{}\n{\"nothing\":{}}\n",
        "{\"index\":{\"_id\":\"x\",\"_index\":\"search-a\"}}\n{}\n",
        "{\"index\":{}}\n",
        "\n",
    ] {
        session.call_with("POST", &path, LINES, lines).await;
    }
    session.call("GET", &format!("{JOBS}/_doc/x"), "").await;
    session.call_with("POST", &path, &[("content-type", "text/plain")], "{}").await;
    session.call_with("POST", &path, LINES, "").await;
}

async fn license(session: &mut Session) {
    session.call("GET", "/_license", "").await;
}

async fn xpack(session: &mut Session) {
    session.call("GET", "/_xpack?categories=license", "").await;
}

async fn health(session: &mut Session) {
    session.call("GET", "/_cluster/health?wait_for_status=yellow&timeout=50s", "").await;
}

async fn nodes(session: &mut Session) {
    for path in ["/_nodes", "/_nodes/http", "/_nodes/_all/http"] {
        session.call("GET", path, "").await;
    }
}
