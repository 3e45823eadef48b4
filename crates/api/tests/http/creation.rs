//! Sync jobs that are created once, however often the request is repeated, and retried.

use tributary_domain::{
    CreationDigest, Document, Id, IdempotencyKey, IfPending, KeyRecord, KeyUse, Timestamp,
};
use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.sync_job_post.idempotency_key", idempotency_key),
        scenario!("connector.sync_job_post.if_pending", if_pending),
        scenario!("connector.sync_job_retry", retry),
    ]
}

async fn connector(session: &mut Session, id: &str) {
    let body = format!(r#"{{"index_name":"{id}","service_type":"s3"}}"#);
    session.prepare("PUT", &format!("/_connector/{id}"), &body).await;
}

async fn post(session: &mut Session, parameters: &str, key: &str, body: &str) {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    session.call_with("POST", &format!("{JOBS}{parameters}"), &headers, body).await;
}

/// How many jobs there are, and which.
async fn jobs(session: &mut Session) {
    let fields = "count,results.id,results.status,results.job_type,results.metadata,results.trigger_method";
    session.call("GET", &format!("{JOBS}?filter_path={fields}"), "").await;
}

async fn idempotency_key(session: &mut Session) {
    post(session, "", "a", r#"{"id":"c"}"#).await;
    connector(session, "c").await;
    // A request that failed has not used the key.
    for body in [r#"{"id":"c"}"#, r#"{"job_type":"FULL", "id":"c", "trigger_method":"on_demand"}"#] {
        post(session, "", "a", body).await;
    }
    post(session, "?pretty=false&if_pending=create", "a", r#"{"id":"c"}"#).await;
    post(session, "", "b", r#"{"id":"c"}"#).await;
    for (parameters, body) in [
        ("", r#"{"id":"d"}"#),
        ("", r#"{"id":"c","job_type":"incremental"}"#),
        ("", r#"{"id":"c","trigger_method":"scheduled"}"#),
        ("?if_pending=return", r#"{"id":"c"}"#),
    ] {
        post(session, parameters, "a", body).await;
    }
    jobs(session).await;
    // What was answered is answered, whatever has become of the job and its connector.
    session.call("DELETE", &format!("{JOBS}/id-0002"), "").await;
    session.call("DELETE", "/_connector/c", "").await;
    post(session, "", "a", r#"{"id":"c"}"#).await;
    for key in ["", "a b", "\u{e9}", &"x".repeat(256)] {
        post(session, "", key, r#"{"id":"c"}"#).await;
    }
    let twice = [("content-type", "application/json"), ("idempotency-key", "a"), ("Idempotency-Key", "b")];
    session.call_with("POST", JOBS, &twice, r#"{"id":"c"}"#).await;
    running(session, "running").await;
    post(session, "", "running", "{\"id\":\"c\"}").await;
    session.call_with("POST", &format!("{JOBS}/c/_retry"), &[("idempotency-key", "running")], "").await;
}

/// Another request that began just now is still running under the key.
async fn running(session: &mut Session, key: &str) {
    let record_id = IdempotencyKey::parse(key).and_then(|key| key.record_id("anonymous")).expect("an id");
    let new = serde_json::from_str(r#"{"id":"c"}"#).expect("a body");
    let request = CreationDigest::of_new(&new, IfPending::Create);
    let now = Timestamp::parse("2026-01-02T03:00:20Z").expect("a time");
    let job_id = Id::parse("id", "j").expect("an id");
    let begun = KeyRecord::admit(None, &request, &job_id, now).expect("it is free");
    let KeyUse::Begin(record) = begun else { panic!("{begun:?}") };
    let record = Document::from(record).to_json();
    session.store(Collection::CREATIONS, record_id.as_str(), &record).await;
}

async fn if_pending(session: &mut Session) {
    connector(session, "c").await;
    connector(session, "d").await;
    let create = |mode: &str| format!("{JOBS}?if_pending={mode}");
    for mode in ["return", "return", "RETURN", "reject", "create", "return"] {
        session.call("POST", &create(mode), r#"{"id":"c"}"#).await;
    }
    session.call("POST", &create("return"), r#"{"id":"c","job_type":"incremental"}"#).await;
    session.call("POST", &create("reject"), r#"{"id":"d"}"#).await;
    session.call("POST", &create("reject"), r#"{"id":"d","trigger_method":"scheduled"}"#).await;
    jobs(session).await;
    // Neither a job that a worker has nor one that has ended is pending.
    session.prepare("PUT", &format!("{JOBS}/id-0001/_claim"), r#"{"worker_hostname":"w"}"#).await;
    session.call("POST", &create("return"), r#"{"id":"c"}"#).await;
    session.prepare("PUT", &format!("{JOBS}/id-0002/_cancel"), "").await;
    session.call("POST", &create("return"), r#"{"id":"c"}"#).await;
    session.call("POST", &create("return"), r#"{"id":"c"}"#).await;
    // A deleted one is not, either.
    session.prepare("DELETE", &format!("{JOBS}/id-0005"), "").await;
    post(session, "?if_pending=return", "a", r#"{"id":"c"}"#).await;
    post(session, "?if_pending=return", "b", r#"{"id":"c"}"#).await;
    session.prepare("PUT", &format!("{JOBS}/id-0006/_cancel"), "").await;
    post(session, "?if_pending=return", "a", r#"{"id":"c"}"#).await;
    post(session, "?if_pending=return", "b", r#"{"id":"c"}"#).await;
    for mode in ["", "skip", "create,return", "create&if_pending=return"] {
        session.call("POST", &create(mode), r#"{"id":"c"}"#).await;
    }
    session.call("POST", &create("return"), r#"{"id":"nobody"}"#).await;
    jobs(session).await;
}

async fn retry(session: &mut Session) {
    connector(session, "c").await;
    let job = |id: &str, status: &str, rest: &str| {
        (
            id.to_owned(),
            format!(r#"{{"status":"{status}","connector":{{"id":"c","index_name":"old"}}{rest}}}"#),
        )
    };
    for (id, document) in [
        job("failed", "error", r#","job_type":"incremental","trigger_method":"scheduled","error":"x""#),
        job("canceled", "canceled", r#","job_type":"full","metadata":{"retry_of":"other","kept":1}"#),
        job("completed", "completed", ""),
        job("pending", "pending", ""),
        job("running", "in_progress", ""),
        job("odd", "done", ""),
        ("without".to_owned(), r#"{"status":"error"}"#.to_owned()),
        ("orphan".to_owned(), r#"{"status":"error","connector":{"id":"gone"}}"#.to_owned()),
    ] {
        session.store(Collection::SYNC_JOBS, &id, &document).await;
    }
    for id in ["failed", "canceled", "completed", "pending", "running", "odd", "without", "orphan", "nobody"]
    {
        session.call("POST", &format!("{JOBS}/{id}/_retry"), "").await;
    }
    session.call("GET", &format!("{JOBS}/id-0001"), "").await;
    session.prepare("PUT", "/_connector/i", "{}").await;
    session.store(Collection::SYNC_JOBS, "incomplete", r#"{"status":"error","connector":{"id":"i"}}"#).await;
    session.call("POST", &format!("{JOBS}/incomplete/_retry"), "").await;
    session.call("POST", &format!("{JOBS}/failed/_retry?if_pending=return"), "").await;
    session.call("POST", &format!("{JOBS}/failed/_retry?if_pending=reject"), "").await;
    for id in ["failed", "failed", "canceled"] {
        let key = [("idempotency-key", "k")];
        session.call_with("POST", &format!("{JOBS}/{id}/_retry"), &key, "").await;
    }
    session.call("POST", &format!("{JOBS}/failed/_retry"), "{}").await;
    session.call("PUT", &format!("{JOBS}/failed/_retry"), "").await;
    session.call("GET", &format!("{JOBS}/failed/_retry"), "").await;
    jobs(session).await;
}
