//! Waiting for sync jobs.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::time::sleep;
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, StoreExt as _};

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("waiting.completion", completion),
        scenario!("connector.sync_job_watch", watch),
        scenario!("failure.watch", watch_of_a_store_that_goes_away),
    ]
}

async fn add(session: &Session, id: &str, status: &str) {
    session.store(Collection::SYNC_JOBS, id, &format!(r#"{{"status":"{status}"}}"#)).await;
}

/// Changes a job a little later, while a request waits for it; `None` deletes it.
fn change_later(session: &Session, id: &str, status: Option<&'static str>) {
    let store = session.store.clone();
    let id = Id::parse("id", id).expect("an id of the test");
    rt::spawn(async move {
        sleep(Duration::from_millis(200)).await;
        let jobs = Collection::SYNC_JOBS;
        let version = store.get(jobs, &id).await.expect("it is there").version;
        match status {
            None => store.delete(jobs, &id, version).await.expect("deleted"),
            Some(status) => {
                let document = format!(r#"{{"status":"{status}","kept":1.10}}"#);
                let document = Document::parse(&document).expect("a document");
                store.replace(jobs, &id, version, document).await.map(drop).expect("replaced");
            }
        }
    });
}

async fn completion(session: &mut Session) {
    for status in ["completed", "error", "canceled"] {
        add(session, status, status).await;
        session.call("GET", &format!("{JOBS}/{status}?wait_for_completion=true"), "").await;
    }
    for status in ["completed", "error", "canceled"] {
        let id = format!("later-{status}");
        add(session, &id, "in_progress").await;
        change_later(session, &id, Some(status));
        session.call("GET", &format!("{JOBS}/{id}?wait_for_completion&timeout=1m"), "").await;
    }
    add(session, "j", "pending").await;
    for timeout in ["0", "1ms", "100000micros", "0d"] {
        session.call("GET", &format!("{JOBS}/j?wait_for_completion=true&timeout={timeout}"), "").await;
    }
    change_later(session, "j", Some("in_progress"));
    session.call("GET", &format!("{JOBS}/j?wait_for_completion=true&timeout=1500ms"), "").await;
    change_later(session, "j", None);
    session.call("GET", &format!("{JOBS}/j?wait_for_completion=true&timeout=-1"), "").await;
    session.call("GET", &format!("{JOBS}/j?wait_for_completion=true"), "").await;
    // As in Elasticsearch, a timeout has no effect where nothing is waited for.
    add(session, "k", "pending").await;
    for query in [
        "timeout=1h",
        "wait_for_completion=false&timeout=1h",
        "wait_for_completion=maybe",
        "wait_for_completion=true&timeout=",
        "wait_for_completion=true&timeout=30",
        "wait_for_completion=true&timeout=1.5s",
        "timeout=-2",
        "timeout=1w",
        "wait_for_completion=true&timeout=1s&timeout=2s",
        "wait_for_complete=true",
    ] {
        session.call("GET", &format!("{JOBS}/k?{query}"), "").await;
    }
    session.call("HEAD", &format!("{JOBS}/k?wait_for_completion=true&timeout=1ms"), "").await;
}

/// Changes that a follower is told of, each a little after the one before.
fn change_by_and_by(session: &Session, one: &'static str, other: &'static str) {
    let store = session.store.clone();
    rt::spawn(async move {
        let id = |name: &str| Id::parse("id", name).expect("an id of the test");
        let document = |text: &str| Document::parse(text).expect("a document of the test");
        let jobs = Collection::SYNC_JOBS;
        let a = r#"{"status":"pending","kept":1.10,"connector":{"id":"c"}}"#;
        sleep(Duration::from_millis(300)).await;
        let version = store.create(jobs, &id(one), document(a)).await.expect("created");
        sleep(Duration::from_millis(700)).await;
        store.create(jobs, &id(other), document(r#"{"status":"error"}"#)).await.expect("created");
        sleep(Duration::from_millis(700)).await;
        let a = document(r#"{"status":"canceled","connector":{"id":"c"}}"#);
        let version = store.replace(jobs, &id(one), version, a).await.expect("replaced");
        sleep(Duration::from_millis(700)).await;
        store.delete(jobs, &id(one), version).await.expect("deleted");
    });
}

async fn watch(session: &mut Session) {
    add(session, "before", "pending").await;
    let path = format!("{JOBS}/_watch");
    for (a, b, query) in [
        ("a", "b", ""),
        // Their connector does not exist yet.
        ("c", "d", "&orphaned=true&_source=status"),
        // One that does not match any more is not sent, and neither is its deletion.
        ("e", "f", "&orphaned=false&status=pending"),
    ] {
        change_by_and_by(session, a, b);
        session.call("GET", &format!("{path}?timeout=5s{query}"), "").await;
        if a == "c" {
            session.store(Collection::CONNECTORS, "c", "{}").await;
        }
    }
    for foreign in ["x", "MDE5Ny01"] {
        session.call("GET", &format!("{path}?timeout=1s&last_event_id={foreign}"), "").await;
    }
    let reconnecting = [("last-event-id", "of another store")];
    session.call_with("GET", &format!("{path}?timeout=1s"), &reconnecting, "").await;
    session.call("GET", &format!("{path}/?timeout=1ms"), "").await;
    session.call("HEAD", &path, "").await;
    for query in
        ["status=done", "orphaned=maybe", "filter_path=id", "last_event_id=", "timeout=soon", "from=1"]
    {
        session.call("GET", &format!("{path}?{query}"), "").await;
    }
    session.call("DELETE", &path, "").await;
}

async fn watch_of_a_store_that_goes_away(session: &mut Session) {
    let store = session.store.clone();
    rt::spawn(async move {
        sleep(Duration::from_millis(300)).await;
        store.close().await.expect("closed");
    });
    session.call("GET", &format!("{JOBS}/_watch"), "").await;
    session.call("GET", &format!("{JOBS}/_watch"), "").await;
}
