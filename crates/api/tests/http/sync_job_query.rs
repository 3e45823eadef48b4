//! The query string of lists of sync jobs.

use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("sync_job_list.filters", filters),
        scenario!("sync_job_list.dates", dates),
        scenario!("sync_job_list.sorting", sorting),
        scenario!("source", source),
    ]
}

/// Jobs as workers and other programs may leave them.
const STORED: &[(&str, &str)] = &[
    (
        "a",
        r#"{"created_at":"2026-01-01T10:00:00.000Z","status":"completed","job_type":"full","trigger_method":"on_demand","worker_hostname":"w-1","started_at":"2026-01-01T10:00:05Z","completed_at":"2026-01-01T11:00:00Z","last_seen":"2026-01-01T10:59:59Z","indexed_document_count":7,"connector":{"id":"here","service_type":"s3","index_name":"search-a"}}"#,
    ),
    (
        "b",
        r#"{"created_at":"2026-01-02T00:00:00Z","status":"error","job_type":"full","trigger_method":"scheduled","worker_hostname":"w,2","started_at":"2026-01-02T00:00:05Z","completed_at":"2026-01-02T00:00:06Z","error":"no space left, on disk","indexed_document_count":"3","connector":{"id":"a,b","service_type":"s3","index_name":"search-b"}}"#,
    ),
    (
        "c",
        r#"{"created_at":1767225601500,"status":"pending","job_type":"incremental","trigger_method":"scheduled","error":null,"connector":{"id":"a","service_type":"network_drive","index_name":["search-a","search-c"]}}"#,
    ),
    (
        "d",
        r#"{"created_at":"yesterday","status":["error","suspended"],"error":["No Space","x*y"],"last_seen":["2026-01-03",0],"indexed_document_count":[5,1],"connector":{"id":"deleted"}}"#,
    ),
    ("e", r#"{"error":"","worker_hostname":" w-1 ","connector":{"id":"a\\"}}"#),
];

async fn add(session: &mut Session) {
    session.prepare("PUT", "/_connector/here", r#"{"service_type":"s3"}"#).await;
    session.prepare("PUT", "/_connector/deleted", r#"{"service_type":"s3"}"#).await;
    session.prepare("DELETE", "/_connector/deleted", "").await;
    for (id, document) in STORED {
        session.store(Collection::SYNC_JOBS, id, document).await;
    }
}

/// The ids of each list.
async fn lists(session: &mut Session, queries: &[&str]) {
    for query in queries {
        session.call("GET", &format!("{JOBS}?filter_path=count,results.id&{query}"), "").await;
    }
}

/// Parameters that are wrong.
async fn refusals(session: &mut Session, queries: &[&str]) {
    for query in queries {
        session.call("GET", &format!("{JOBS}?{query}"), "").await;
    }
}

async fn filters(session: &mut Session) {
    add(session).await;
    lists(
        session,
        &[
            "status=error",
            "status=error,Pending",
            "status=error,%20pending",
            "status=error&status=pending,error",
            "connector_id=a,b",
            r"connector_id=a%5C,b",
            r"connector_id=a%5C,b,a",
            "connector_id=a&connector_id=deleted",
            r"connector_id=a%5C%5C",
            r"connector_id=a%5C&connector_id=here",
            "connector_id=%20a",
            "connector_id=nobody",
            "trigger_method=scheduled",
            "trigger_method=On_Demand,scheduled",
            "worker_hostname=w-1,w%5C,2",
            "worker_hostname=+w-1+",
            "service_type=s3",
            "service_type=s3,network_drive",
            "service_type=S3",
            "index_name=search-a",
            "index_name=search-b,search-c",
            "has_error=true",
            "has_error",
            "has_error=false",
            "error=space%20left,%20on",
            "error=Space",
            "error=x*y",
            "error=*",
            "error=%3F",
            "orphaned=true",
            "orphaned=false",
            "orphaned=false&has_error=false&status=completed&service_type=s3&trigger_method=on_demand",
            "orphaned=true&has_error=true&status=error,suspended",
        ],
    )
    .await;
    refusals(
        session,
        &[
            "status=error,done",
            "status=error,",
            "status=&status=error",
            "connector_id=a,",
            "connector_id=,",
            "connector_id=a&connector_id=",
            "worker_hostname=",
            "service_type=",
            "index_name=",
            "trigger_method=",
            "trigger_method=manual",
            "has_error=1",
            "has_error=true&has_error=false",
            "error=",
            "error",
            "orphaned=maybe",
        ],
    )
    .await;
}

async fn dates(session: &mut Session) {
    add(session).await;
    // The clock of the session stands at some minute of 2026-01-02T03.
    lists(
        session,
        &[
            "created_after=2026-01-02",
            "created_before=2026-01-02",
            "created_after=2026-01-01T10:00:00.000Z",
            "created_after=2026-01-01T10:00:00.001Z",
            "created_before=2026-01-01T10:00:00.001Z",
            "created_after=2026-01-01T12:00:00%2B02:00&created_before=2026-01-01T10:00:01",
            "created_after=1767225601500&created_before=1767225601501",
            "created_after=2026",
            "created_before=2026",
            "created_before=2026-02",
            "created_after=now/d",
            "created_before=now/d",
            "created_after=now-1d/d&created_before=now/d",
            "created_after=now-3H/h",
            "created_after=now-30h/h&created_before=now-1h",
            "created_after=2025-12-31||%2B1d/d&created_before=2026-01-01||%2B1d",
            "created_after=2026-01-01||/w",
            "created_after=2026-01-31||-1M/M",
            "created_after=-9999&created_before=9223372036854775807",
            "created_after=-9223372036854775807",
            "created_before=-9223372036854775807",
            "started_after=2026-01-01T10:00:05Z",
            "started_before=2026-01-02",
            "completed_after=2026-01-01||/d&completed_before=2026-01-02||/d",
            "last_seen_after=2026-01-03",
            "last_seen_before=1970-01-02",
            "last_seen_after=0",
            "created_after=2026-01-01&started_before=now&completed_after=2026-01-01&last_seen_before=now",
            "created_after=2026-01-01&status=completed,pending&sort=created_at&order=desc",
        ],
    )
    .await;
    refusals(
        session,
        &[
            "created_after=",
            "created_after=yesterday",
            "created_after=2026-13",
            "created_after=2026-02-30||/d",
            "created_after=now+5m",
            "created_after=2026-01-01||+1d",
            "created_after=2026-01-01T00:00:00+02:00",
            "created_after=now-5x",
            "created_after=now-",
            "created_after=now/2d",
            "created_after=now*2",
            "created_after=now-20000y",
            "created_after=9999-12-31||%2B1M",
            "created_after=now%2B99999999999999999999d",
            "created_after=now&created_before=now",
            "started_after=2026-01-02&started_before=2026-01-01",
            "completed_after=now/d&completed_before=now-1d",
            "last_seen_after=1&last_seen_before=0",
            "last_seen_after=1&last_seen_after=0",
        ],
    )
    .await;
}

async fn sorting(session: &mut Session) {
    add(session).await;
    let mut queries = vec!["order=asc".to_owned(), "order=desc".to_owned()];
    for field in
        ["created_at", "started_at", "completed_at", "last_seen", "duration", "indexed_document_count"]
    {
        queries.push(format!("sort={field}"));
        queries.push(format!("sort={field}&order=desc"));
    }
    queries.push("sort=Started_At&order=DESC&from=1&size=2&status=completed,error".to_owned());
    lists(session, &queries.iter().map(String::as_str).collect::<Vec<_>>()).await;
    refusals(
        session,
        &["sort=", "sort=age", "sort=created_at,started_at", "sort=id", "sort=last_seen&sort=last_seen"],
    )
    .await;
}

async fn source(session: &mut Session) {
    let job = r#"{"status":"pending","n":1.10,"was":1e400,"connector":{"id":"c","configuration":{"a":{"value":1,"label":"A"}}},"list":[{"id":1,"x":2},3]}"#;
    session.store(Collection::SYNC_JOBS, "j", job).await;
    session.store(Collection::SYNC_JOBS, "k", r#"{"id":"other","status":"error"}"#).await;
    let connector = r#"{"name":"n","service_type":"s3","configuration":{"a":{"label":"A","value":"x"}}}"#;
    session.store(Collection::CONNECTORS, "c", connector).await;
    for query in [
        "_source=true",
        "_source=false",
        "_source",
        "_source=status,n",
        "_source=connector.*.a.value,*s",
        "_source_includes=connector,was&_source_excludes=*.label",
        "_source_excludes=connector,list",
        "_source_excludes=*",
        "_source=status&_source=n",
        "_source=nothing",
        "_source=status&filter_path=results.status",
        "_source=false&filter_path=-**.id",
        "_source=status&pretty",
    ] {
        session.call("GET", &format!("{JOBS}?{query}"), "").await;
        session.call("GET", &format!("{JOBS}/j?{query}"), "").await;
    }
    for query in ["_source=name,configuration.*.value", "_source=false", "_source_excludes=configuration"] {
        session.call("GET", &format!("/_connector?{query}"), "").await;
        session.call("GET", &format!("/_connector/c?{query}"), "").await;
    }
    for path in [JOBS, "/_connector", "/_connector/c"] {
        session.call("GET", &format!("{path}?_source_includes={}", "*".repeat(257)), "").await;
        session.call("GET", &format!("{path}?_sources=id"), "").await;
    }
    session.call("GET", &format!("{JOBS}/nobody?_source=id"), "").await;
}
