//! Counts of sync jobs, by words and by intervals of time.

use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

const COUNT: &str = "/_connector/_sync_job/_count";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.sync_job_count", words),
        scenario!("count.intervals", intervals),
        scenario!("count.refused", refused),
    ]
}

async fn add(session: &Session, jobs: &[&str]) {
    for (number, job) in jobs.iter().enumerate() {
        session.store(Collection::SYNC_JOBS, &format!("job-{number}"), job).await;
    }
}

async fn words(session: &mut Session) {
    session.call("GET", COUNT, "").await;
    session.call("GET", &format!("{COUNT}?by=status"), "").await;
    let connector = r#""connector":{"id":"c","service_type":"s3","index_name":"i"}"#;
    add(
        session,
        &[
            &format!(r#"{{"status":"pending","job_type":"full","trigger_method":"scheduled",{connector}}}"#),
            r#"{"status":"pending","job_type":"full","worker_hostname":"w"}"#,
            r#"{"status":"error","job_type":"full"}"#,
            r#"{"status":"error","job_type":"incremental","connector":{"id":"d"}}"#,
            r#"{"status":["pending","error"],"job_type":null}"#,
            r#"{"status":"completed"}"#,
        ],
    )
    .await;
    for query in [
        "",
        "status=pending",
        "by=status",
        "by=status,job_type",
        "by=job_type,status&size=2",
        "by=connector_id&by=Index_Name,service_type",
        "by=worker_hostname&size=1",
        "by=trigger_method&size=0",
        "by=status&status=pending,error&job_type=full",
        "by=status&status=canceled",
        "by=",
        "by=status,job_type&filter_path=groups.key.status,groups.count",
    ] {
        session.call("GET", &format!("{COUNT}?{query}"), "").await;
    }
    session.call("GET", &format!("{COUNT}?by=status&size=1&pretty"), "").await;
    session.call("HEAD", COUNT, "").await;
    session.call("DELETE", COUNT, "").await;
    session.call("OPTIONS", COUNT, "").await;
}

async fn intervals(session: &mut Session) {
    session.call("GET", &format!("{COUNT}?by=completed_at&interval=1h"), "").await;
    let job = |status: &str, started: &str, completed: &str, documents: &str| {
        let date = |time: &str| format!(r#""2026-01-0{time}Z""#);
        format!(
            r#"{{"status":"{status}","started_at":{},"completed_at":{},"indexed_document_count":{documents}}}"#,
            date(started),
            date(completed)
        )
    };
    let jobs = [
        job("completed", "1T00:00:00", "1T00:00:10", "5"),
        job("completed", "1T00:00:00", "1T00:20:00.500", "7"),
        job("error", "1T00:00:00", "1T00:59:59.999", "0"),
        job("error", "1T02:59:59.999", "1T03:00:00", "null"),
        job("canceled", "1T03:00:01", "1T03:00:00", "1"),
    ];
    let mut jobs: Vec<&str> = jobs.iter().map(String::as_str).collect();
    jobs.push(r#"{"status":"error","completed_at":"2026-01-01T03:30:00Z","created_at":"2025-12-30"}"#);
    jobs.push(r#"{"status":"pending","created_at":"2026-01-08T00:00:00Z","indexed_document_count":9}"#);
    add(session, &jobs).await;
    for query in [
        "by=completed_at&interval=1h",
        "by=completed_at&interval=90m&status=completed,error",
        "by=created_at&interval=1w",
        "by=started_at&interval=1d&filter_path=buckets.count,buckets.duration.p50,missing",
        "by=last_seen&interval=1ms",
        "by=completed_at&interval=1h&status=canceled&pretty",
    ] {
        session.call("GET", &format!("{COUNT}?{query}"), "").await;
    }
    session.call("GET", &format!("{COUNT}?by=completed_at&interval=1ms"), "").await;
}

async fn refused(session: &mut Session) {
    for query in [
        "by=state",
        "by=status,status",
        "by=status,job_type,connector_id,index_name",
        "by=status&size=10001",
        "by=status&size=-1",
        "by=created_at",
        "by=created_at,status&interval=1h",
        "by=created_at,last_seen&interval=1h",
        "by=status&interval=1h",
        "interval=1h",
        "by=last_seen&interval=1h&size=10",
        "by=last_seen&interval=0",
        "by=last_seen&interval=1.5h",
        "by=last_seen&interval=",
        "by=last_seen&interval=1y",
        "status=done",
        "order=asc",
        "cursor=",
    ] {
        session.call("GET", &format!("{COUNT}?{query}"), "").await;
    }
}
