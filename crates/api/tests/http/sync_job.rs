//! The endpoints of sync jobs.

use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.sync_job_list", list),
        scenario!("connector.sync_job_post", create),
        scenario!("connector.sync_job_get", get),
        scenario!("connector.sync_job_delete", delete),
        scenario!("connector.sync_job_cancel", cancel),
        scenario!("connector.sync_job_check_in", check_in),
        scenario!("connector.sync_job_claim", claim),
        scenario!("connector.sync_job_error", error),
        scenario!("connector.sync_job_update_stats", stats),
        scenario!("connector.sync_job_complete", complete),
        scenario!("connector.sync_job_suspend", suspend),
        scenario!("connector.sync_job_canceled", canceled),
    ]
}

/// A job in a status, with a number that no float keeps.
async fn add(session: &Session, id: &str, status: &str) {
    let document = format!(r#"{{"status":"{status}","kept":{{"as":1.10,"it":[],"was":null}}}}"#);
    session.store(Collection::SYNC_JOBS, id, &document).await;
}

async fn show(session: &mut Session, id: &str) {
    session.call("GET", &format!("{JOBS}/{id}"), "").await;
}

/// The refusals that every change of a job has in common.
async fn refusals(session: &mut Session, verb: &str, body: &str, from: &str) {
    session.call("PUT", &format!("{JOBS}/nobody/{verb}"), body).await;
    add(session, "done", from).await;
    session.call("PUT", &format!("{JOBS}/done/{verb}"), body).await;
    session.call("GET", &format!("{JOBS}/done/{verb}"), "").await;
    session.call("PUT", &format!("{JOBS}/done/{verb}?when=now"), body).await;
}

async fn list(session: &mut Session) {
    session.call("GET", JOBS, "").await;
    for (number, status, kind) in
        [(1, "pending", "full"), (2, "completed", "incremental"), (3, "pending", "access_control")]
    {
        let document = format!(
            r#"{{"created_at":"2026-01-0{number}T00:00:00Z","status":"{status}","job_type":"{kind}","connector":{{"id":"connector-{}"}}}}"#,
            number % 2
        );
        session.store(Collection::SYNC_JOBS, &format!("job-{number}"), &document).await;
    }
    for query in [
        "",
        "from=0&size=2",
        "from=2&size=2",
        "size=0",
        "status=pending",
        "status=PENDING",
        "connector_id=connector-1",
        "connector_id=connector",
        "job_type=full,incremental",
        "job_type=",
        "job_type=full,full,FULL",
        "job_type=full&job_type=incremental",
        "status=pending&connector_id=connector-1&job_type=access_control",
        "order=asc",
        "order=desc",
        "order=DESC&from=1&size=1",
        "order=desc&status=pending",
    ] {
        session.call("GET", &format!("{JOBS}?{query}&filter_path=count,results.id"), "").await;
    }
    for query in [
        "status=done",
        "status=",
        "job_type=full,partial",
        "job_type=full,",
        "connector_id=",
        "from=-1",
        "from=a",
        "from=",
        "size=1.5",
        "size=2147483648",
        "from=1&from=2",
        "from=9901",
        "from=2147483647&size=2147483647",
        "order=newest",
        "order=",
        "order=asc&order=desc",
        "sort=created_at",
        "statuses=pending&form=1",
        "connector_id=%FF",
        "connector_id=%zz",
    ] {
        session.call("GET", &format!("{JOBS}?{query}"), "").await;
    }
    session.call("GET", JOBS, "{}").await;
    session.call("HEAD", JOBS, "").await;
    session.call("PUT", JOBS, "{}").await;
}

async fn create(session: &mut Session) {
    session
        .prepare("PUT", "/_connector/c", r#"{"index_name":"i","service_type":"s3","language":"en"}"#)
        .await;
    session.prepare("PUT", "/_connector/no-index", r#"{"service_type":"s3"}"#).await;
    session.prepare("PUT", "/_connector/no-type", r#"{"index_name":"j"}"#).await;
    session.prepare("PUT", "/_connector/gone", r#"{"index_name":"k","service_type":"s3"}"#).await;
    session.prepare("DELETE", "/_connector/gone", "").await;
    session.call("POST", JOBS, r#"{"id":"c"}"#).await;
    show(session, "id-0001").await;
    session
        .call("POST", JOBS, r#"{"id":"c","job_type":"Access_Control","trigger_method":"scheduled"}"#)
        .await;
    show(session, "id-0002").await;
    for body in [
        r#"{"id":"nobody"}"#,
        r#"{"id":"gone"}"#,
        r#"{"id":"no-index"}"#,
        r#"{"id":"no-type"}"#,
        "",
        "{}",
        r#"{"id":""}"#,
        r#"{"id":7}"#,
        r#"{"id":null}"#,
        r#"{"id":"c","job_type":"partial"}"#,
        r#"{"id":"c","trigger_method":"moon"}"#,
        r#"{"id":"c","job_typo":"full"}"#,
        r#"{"id":"c","id":"c"}"#,
        r#"{"id":"c""#,
        "[]",
        r#""c""#,
    ] {
        session.call("POST", JOBS, body).await;
    }
    session.call("GET", &format!("{JOBS}?filter_path=count"), "").await;
}

async fn get(session: &mut Session) {
    let strange = r#"{"z":1.10,"big":123456789012345678901234567890,"n":null,"o":{"b":{},"a":[]},"e":1e400}"#;
    session.store(Collection::SYNC_JOBS, "strange", strange).await;
    session.store(Collection::SYNC_JOBS, "a/b ü", r#"{"status":"pending"}"#).await;
    show(session, "strange").await;
    show(session, "a%2Fb%20%C3%BC").await;
    show(session, "strange/").await;
    session.call("HEAD", &format!("{JOBS}/strange"), "").await;
    show(session, "nobody").await;
    show(session, "%FF").await;
    show(session, &"x".repeat(513)).await;
    show(session, "strange?verbose=true").await;
}

async fn delete(session: &mut Session) {
    add(session, "j", "in_progress").await;
    session.call("DELETE", &format!("{JOBS}/j"), "").await;
    session.call("DELETE", &format!("{JOBS}/j"), "").await;
    session.call("GET", JOBS, "").await;
}

async fn cancel(session: &mut Session) {
    for status in ["pending", "suspended", "in_progress"] {
        add(session, status, status).await;
        session.call("PUT", &format!("{JOBS}/{status}/_cancel"), "").await;
        show(session, status).await;
    }
    session.call("PUT", &format!("{JOBS}/in_progress/_cancel"), "").await;
    session.call("PUT", &format!("{JOBS}/in_progress/_cancel"), "{}").await;
    session.store(Collection::SYNC_JOBS, "without", "{}").await;
    session.call("PUT", &format!("{JOBS}/without/_cancel"), "").await;
    refusals(session, "_cancel", "", "completed").await;
}

async fn check_in(session: &mut Session) {
    add(session, "j", "in_progress").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
    show(session, "j").await;
    session.call("PUT", &format!("{JOBS}/nobody/_check_in"), "").await;
}

async fn claim(session: &mut Session) {
    add(session, "j", "pending").await;
    let path = format!("{JOBS}/j/_claim");
    session.call("PUT", &path, r#"{"worker_hostname":"one","sync_cursor":{"page":1}}"#).await;
    show(session, "j").await;
    session.call("PUT", &path, r#"{"worker_hostname":"one"}"#).await;
    session.call("PUT", &path, r#"{"worker_hostname":"two"}"#).await;
    show(session, "j").await;
    add(session, "k", "suspended").await;
    session.call("PUT", &format!("{JOBS}/k/_claim"), r#"{"worker_hostname":"two","sync_cursor":null}"#).await;
    add(session, "l", "pending").await;
    for body in [
        "",
        "{}",
        r#"{"worker_hostname":""}"#,
        r#"{"worker_hostname":null}"#,
        r#"{"worker_hostname":"one","sync_cursor":"page"}"#,
        r#"{"worker_hostname":"one","cursor":{}}"#,
        &format!(r#"{{"worker_hostname":"{}"}}"#, "w".repeat(1_025)),
    ] {
        session.call("PUT", &format!("{JOBS}/l/_claim"), body).await;
    }
    show(session, "l").await;
    refusals(session, "_claim", r#"{"worker_hostname":"one"}"#, "canceling").await;
}

async fn error(session: &mut Session) {
    for status in ["in_progress", "canceling"] {
        add(session, status, status).await;
        session.call("PUT", &format!("{JOBS}/{status}/_error"), r#"{"error":"the source is away"}"#).await;
        show(session, status).await;
    }
    for body in ["", "{}", r#"{"error":""}"#, r#"{"error":null}"#, r#"{"error":{"text":"x"}}"#] {
        session.call("PUT", &format!("{JOBS}/canceling/_error"), body).await;
    }
    refusals(session, "_error", r#"{"error":"late"}"#, "completed").await;
}

async fn stats(session: &mut Session) {
    const COUNTS: &str = r#""deleted_document_count":1,"indexed_document_count":2,"indexed_document_volume":9223372036854775807"#;
    session
        .store(
            Collection::SYNC_JOBS,
            "j",
            r#"{"status":"in_progress","metadata":{"a":{"b":1}},"kept":[1,{}]}"#,
        )
        .await;
    let path = format!("{JOBS}/j/_stats");
    session.call("PUT", &path, &format!("{{{COUNTS}}}")).await;
    show(session, "j").await;
    let more = r#""total_document_count":7,"last_seen":"2026-05-05T05:05:05.123456+05:00","metadata":{"a":{"c":[]}}"#;
    session.call("PUT", &path, &format!("{{{COUNTS},{more}}}")).await;
    show(session, "j").await;
    for body in [
        "",
        "{}",
        r#"{"deleted_document_count":-1,"indexed_document_count":-2,"indexed_document_volume":-3,"total_document_count":-4}"#,
        r#"{"deleted_document_count":1.5,"indexed_document_count":2,"indexed_document_volume":3}"#,
        r#"{"deleted_document_count":"many","indexed_document_count":2,"indexed_document_volume":3}"#,
        r#"{"deleted_document_count":9223372036854775808,"indexed_document_count":2,"indexed_document_volume":3}"#,
        &format!(r#"{{{COUNTS},"last_seen":"yesterday"}}"#),
        &format!(r#"{{{COUNTS},"metadata":[]}}"#),
        &format!(r#"{{{COUNTS},"documents":1}}"#),
    ] {
        session.call("PUT", &path, body).await;
    }
    session.call("PUT", &format!("{JOBS}/nobody/_stats"), &format!("{{{COUNTS}}}")).await;
    show(session, "j").await;
    let strings =
        r#"{"deleted_document_count":"1","indexed_document_count":"2.0","indexed_document_volume":"3"}"#;
    session.call("PUT", &path, strings).await;
    show(session, "j").await;
}

/// The calls that end a job or put it down, with statistics or without.
async fn endings(session: &mut Session, verb: &str, from: &str) {
    for (id, body) in [
        ("bare", ""),
        ("empty", "{}"),
        ("counted", r#"{"indexed_document_count":5,"metadata":{"pages":1}}"#),
        ("negative", r#"{"indexed_document_count":-5,"total_document_count":-1}"#),
        ("unknown", r#"{"documents":5}"#),
    ] {
        add(session, id, from).await;
        session.call("PUT", &format!("{JOBS}/{id}/{verb}"), body).await;
        show(session, id).await;
    }
}

async fn complete(session: &mut Session) {
    endings(session, "_complete", "in_progress").await;
    refusals(session, "_complete", "", "pending").await;
}

async fn suspend(session: &mut Session) {
    endings(session, "_suspend", "in_progress").await;
    refusals(session, "_suspend", "", "suspended").await;
}

async fn canceled(session: &mut Session) {
    endings(session, "_canceled", "canceling").await;
    refusals(session, "_canceled", "", "in_progress").await;
}
