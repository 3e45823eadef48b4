//! Lists of any length: page after page by a cursor.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, StoreExt as _};

use crate::session::{CURSOR_DIGEST, Scenario, Session, cursor_content, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("cursor.sync_jobs", sync_jobs),
        scenario!("cursor.connectors", connectors),
        scenario!("cursor.refused", refused),
        scenario!("cursor.changes_meanwhile", changes_meanwhile),
        scenario!("cursor.concurrent_changes", concurrent_changes),
    ]
}

/// A job of a second; several are of the same.
async fn add(session: &Session, id: &str, second: u32, status: &str) {
    let job = format!(r#"{{"created_at":"2026-01-01T00:00:{second:02}Z","status":"{status}"}}"#);
    session.store(Collection::SYNC_JOBS, id, &job).await;
}

/// The next page of a list: the ids, and the path of the page after it.
async fn next_page(session: &mut Session, path: &str) -> (Vec<String>, Option<String>) {
    let page = session.fetch(path).await;
    let ids = page["results"].as_array().expect("documents").iter();
    let ids = ids.map(|document| document["id"].as_str().expect("an id").to_owned()).collect();
    let (start, _) = path.split_once("cursor=").expect("a path with a cursor at its end");
    let next = page.get("next").map(|token| format!("{start}cursor={}", token.as_str().expect("a token")));
    (ids, next)
}

async fn sync_jobs(session: &mut Session) {
    session.call("GET", &format!("{JOBS}?cursor="), "").await;
    for (number, status) in ["pending", "error", "pending", "pending", "completed"].iter().enumerate() {
        let number = u32::try_from(number).expect("a small number");
        add(session, &format!("job-{number}"), number / 2, status).await;
    }
    for query in ["", "order=desc&", "status=pending&", "sort=started_at&"] {
        let mut next = Some(format!("{JOBS}?{query}size=2&filter_path=count,results.id,next&cursor="));
        while let Some(path) = next {
            session.call("GET", &path, "").await;
            next = next_page(session, &path).await.1;
        }
    }
    // The size may differ from page to page, and parameters may be given in any order.
    let first = session.fetch(&format!("{JOBS}?cursor&size=1&order=asc&status=pending,error")).await;
    let token = first["next"].as_str().expect("more follow");
    let rest = format!("{JOBS}?filter_path=results.id&status=error&cursor={token}&status=pending&size=10000");
    session.call("GET", &rest, "").await;
    session.call("GET", &format!("{JOBS}?size=5&cursor=&filter_path=results.id,next"), "").await;
    session.call("GET", &format!("{JOBS}?size=4&cursor=&pretty&filter_path=next"), "").await;
    session.call("HEAD", &format!("{JOBS}?size=4&cursor="), "").await;
}

async fn connectors(session: &mut Session) {
    for (id, connector) in [
        ("a", r#"{"index_name":"i-2","service_type":"s3"}"#),
        ("b", r#"{"index_name":"i-1","service_type":"s3"}"#),
        ("c", r#"{"service_type":"jira"}"#),
        ("d", "{}"),
        ("e", r#"{"deleted":true,"index_name":"i-3"}"#),
    ] {
        session.store(Collection::CONNECTORS, id, connector).await;
    }
    for query in ["", "service_type=s3&", "include_deleted=true&"] {
        let mut next = Some(format!("/_connector?{query}size=1&filter_path=count,results.id,next&cursor="));
        while let Some(path) = next {
            session.call("GET", &path, "").await;
            next = next_page(session, &path).await.1;
        }
    }
}

async fn refused(session: &mut Session) {
    for number in 0..3 {
        add(session, &format!("job-{number}"), number, "pending").await;
        session.store(Collection::CONNECTORS, &format!("c-{number}"), "{}").await;
    }
    let token = |page: Value| page["next"].as_str().expect("more follow").to_owned();
    let of_jobs = token(session.fetch(&format!("{JOBS}?size=1&status=pending&cursor=")).await);
    let of_connectors = token(session.fetch("/_connector?size=1&cursor=").await);
    for query in [
        "cursor=x".to_owned(),
        "cursor=".to_owned() + &of_jobs[..of_jobs.len() - 3],
        "cursor=".to_owned() + &of_jobs[2..],
        "cursor=".to_owned() + &of_jobs.replacen("MD", "ME", 1),
        format!("cursor={of_connectors}"),
        format!("cursor={of_jobs}"),
        format!("status=pending&job_type=full&cursor={of_jobs}"),
        format!("status=pending&orphaned=false&cursor={of_jobs}"),
        format!("status=pending&order=desc&cursor={of_jobs}"),
        format!("status=pending&sort=last_seen&cursor={of_jobs}"),
        format!("status=error&sort=last_seen&cursor={of_jobs}"),
        format!("status=pending&from=0&cursor={of_jobs}"),
        "from=0&cursor=".to_owned(),
        "size=0&cursor=".to_owned(),
        "size=10001&cursor=".to_owned(),
        "size=-1&cursor=".to_owned(),
        "cursor=&cursor=".to_owned(),
        "curser=".to_owned(),
    ] {
        session.call("GET", &format!("{JOBS}?{query}"), "").await;
    }
    // The order of another store, or of one that was too long ago.
    let of_connectors_before = with_point_in_time(&of_connectors, "another store");
    session.call("GET", &format!("/_connector?size=1&cursor={of_connectors_before}"), "").await;
    for query in [format!("cursor={of_jobs}"), format!("service_type=s3&cursor={of_connectors}")] {
        session.call("GET", &format!("/_connector?{query}"), "").await;
    }
}

/// A token with another moment, with a valid checksum.
fn with_point_in_time(token: &str, moment: &str) -> String {
    let mut content = cursor_content(token).expect("a token");
    content[4] = Value::from(moment);
    let mut bytes = URL_SAFE_NO_PAD.decode(token).expect("a token");
    bytes.truncate(1 + 2 * CURSOR_DIGEST);
    bytes.extend(serde_json::to_vec(&content).expect("JSON"));
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest[..CURSOR_DIGEST]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Between the pages, the last document that was seen goes, one is created before it and one after it, and the next one
/// is changed.
async fn changes_meanwhile(session: &mut Session) {
    for order in ["asc", "desc"] {
        for number in 0..10 {
            add(session, &format!("{order}-{number}"), 10 + number / 2, "suspended").await;
        }
        let mut path = format!("{JOBS}?status=suspended&order={order}&size=2&cursor=");
        let mut seen = Vec::new();
        for page in 0.. {
            let (ids, next) = next_page(session, &path).await;
            assert!(!ids.is_empty(), "no cursor leads to an empty page");
            seen.extend(ids.clone());
            let Some(next) = next else { break };
            path = next;
            let last = ids.last().expect("no page is empty");
            session.prepare("DELETE", &format!("{JOBS}/{last}"), "").await;
            let (before, after) = if order == "asc" { (0, 50) } else { (50, 0) };
            add(session, &format!("{order}-new-{page}"), before, "suspended").await;
            add(session, &format!("{order}-late-{page}"), after, "completed").await;
            let there = format!("{JOBS}?status=suspended&order={order}&from=0&size=100");
            for job in session.fetch(&there).await["results"].as_array().expect("jobs") {
                let id = job["id"].as_str().expect("an id");
                session.prepare("PUT", &format!("{JOBS}/{id}/_check_in"), "").await;
            }
        }
        session.note(&format!("{order}: {}", seen.join(" ")));
        for job in session.fetch(&format!("{JOBS}?size=100")).await["results"].as_array().expect("jobs") {
            let id = job["id"].as_str().expect("an id");
            session.prepare("DELETE", &format!("{JOBS}/{id}"), "").await;
        }
    }
}

/// Jobs come, change and go while a client walks: each one that stays is seen exactly once.
async fn concurrent_changes(session: &mut Session) {
    for number in 0..40 {
        add(session, &format!("stays-{number:02}"), number / 2, "pending").await;
        add(session, &format!("goes-{number:02}"), number / 2, "pending").await;
    }
    let (store, is_over) = (Arc::clone(&session.store), AtomicBool::new(false));
    let id = |text: String| Id::parse("id", text).expect("an id of the test");
    let change = async {
        let jobs = Collection::SYNC_JOBS;
        for number in 0_u32.. {
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            let second = number * 7 % 20;
            let job = |more: &str| {
                let text =
                    format!(r#"{{"created_at":"2026-01-01T00:00:{second:02}Z","status":"pending"{more}}}"#);
                Document::parse(&text).expect("a document of the test")
            };
            store.create(jobs, &id(format!("new-{number}")), job("")).await.expect("created");
            let changed = id(format!("stays-{:02}", second * 2));
            let version = store.get(jobs, &changed).await.expect("there").version;
            let seen = format!(r#","last_seen":"2026-01-01T00:00:{second:02}.{number:03}Z""#);
            store.replace(jobs, &changed, version, job(&seen)).await.expect("replaced");
            if number < 40 {
                store.remove(jobs, &id(format!("goes-{number:02}"))).await.expect("removed");
            }
            tokio::task::yield_now().await;
        }
    };
    let walks = async {
        let mut walks = Vec::new();
        for query in [
            "size=3",
            "order=desc&size=4",
            "status=pending&size=1",
            "sort=last_seen&size=7",
            "sort=last_seen&order=desc&size=9",
        ] {
            let (mut seen, mut next) = (Vec::new(), Some(format!("{JOBS}?{query}&cursor=")));
            while let Some(path) = next {
                let (ids, after) = next_page(session, &path).await;
                seen.extend(ids);
                next = after;
                tokio::task::yield_now().await;
            }
            walks.push(seen);
        }
        is_over.store(true, Ordering::Relaxed);
        walks
    };
    let (walks, ()) = futures_util::future::join(walks, change).await;
    for seen in walks {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for id in seen {
            *times.entry(id).or_default() += 1;
        }
        assert!(times.values().all(|times| *times == 1), "a job comes twice: {times:?}");
        let stayed = times.keys().filter(|id| id.starts_with("stays-")).count();
        session.note(&format!("{stayed} of the 40 jobs that stay were seen, none twice"));
    }
}
