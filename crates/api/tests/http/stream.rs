//! Streams of all matches, one a line.

use std::fmt::Write as _;
use std::sync::Arc;

use tributary_domain::{SortKey, SortValue};
use tributary_storage::{Collection, MockStore, Page, StoreError};

use crate::session::{Scenario, Session, scenario};

const STREAM: &str = "/_connector/_sync_job/_stream";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.sync_job_stream", sync_jobs),
        scenario!("connector.stream", connectors),
        scenario!("stream.failure", failure),
        scenario!("stream.many", many),
    ]
}

async fn sync_jobs(session: &mut Session) {
    session.call("GET", STREAM, "").await;
    for (id, job) in [
        (
            "a",
            r#"{"created_at":"2026-01-02T00:00:00Z","status":"pending","kept":{"as":1.10,"it":[],"was":null}}"#,
        ),
        ("b", r#"{"created_at":"2026-01-01T00:00:00Z","status":"error","error":"line one\nline two"}"#),
        ("c", r#"{"status":"pending","created_at":null}"#),
    ] {
        session.store(Collection::SYNC_JOBS, id, job).await;
    }
    for query in [
        "",
        "?order=desc",
        "?status=pending",
        "?status=canceled",
        "?has_error=true&sort=last_seen",
        "?pretty",
        "?_source=status",
        "?_source=false&status=error",
    ] {
        session.call("GET", &format!("{STREAM}{query}"), "").await;
    }
    session.call("HEAD", STREAM, "").await;
    session.call("GET", &format!("{STREAM}/"), "").await;
    for query in ["status=done", "from=0", "size=10", "cursor=", "filter_path=id", "order=up"] {
        session.call("GET", &format!("{STREAM}?{query}"), "").await;
    }
    session.call("OPTIONS", STREAM, "").await;
    session.call("PUT", STREAM, "").await;
    session.call("DELETE", STREAM, "").await;
}

async fn connectors(session: &mut Session) {
    for (id, connector) in [
        ("a", r#"{"index_name":"i-2","service_type":"s3"}"#),
        ("b", r#"{"index_name":"i-1"}"#),
        ("c", r#"{"deleted":true,"index_name":"i-3"}"#),
    ] {
        session.store(Collection::CONNECTORS, id, connector).await;
    }
    for query in ["", "?include_deleted", "?service_type=s3", "?service_type=jira"] {
        session.call("GET", &format!("/_connector/_stream{query}"), "").await;
    }
    session.call("GET", "/_connector/_stream?index_name=*", "").await;
    session.call("PUT", "/_connector/_stream", "{}").await;
}

/// A store that answers one page of two, and one that answers none.
async fn failure(session: &mut Session) {
    for pages in [1, 0] {
        let mut store = MockStore::new();
        let mut asked = 0;
        store.expect_list().returning(move |_, _| {
            asked += 1;
            if asked > pages {
                return Err(StoreError::unavailable("a secret of the inside"));
            }
            let next = SortKey { value: Some(SortValue::Number(7)), id: "b".to_owned() };
            let documents = [r#"{"id":"a"}"#, "{\"id\":\"b\",\n\"x\":1}"].iter().collect();
            Ok(Page { count: 3, documents, next: Some(next), ..Page::default() })
        });
        session.replace_store(Arc::new(store)).await;
        session.call("GET", STREAM, "").await;
    }
}

/// More than one portion, and each job once.
async fn many(session: &mut Session) {
    let mut expected = String::new();
    for number in 0..120 {
        let job = format!(r#"{{"created_at":"2026-01-01T00:{:02}:00Z"}}"#, number / 30);
        let id = format!("job-{number:03}");
        session.store(Collection::SYNC_JOBS, &id, &job).await;
        let _ = writeln!(expected, r#"{{"id":"{id}",{}"#, &job[1..]);
    }
    let lines = session.fetch_text(STREAM).await;
    let (jobs, last) = lines.trim_end().rsplit_once('\n').expect("several lines");
    assert_eq!(format!("{jobs}\n"), expected);
    session.note(last);
}
