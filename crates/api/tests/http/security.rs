//! API keys: created, found and invalidated, and what their owners see.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::time::sleep;
use tributary_domain::Id;
use tributary_storage::{Collection, StoreExt as _};

use crate::session::{ADMIN_KEY, Scenario, Session, scenario};

const KEYS: &str = "/_security/api_key";
const JOBS: &str = "/_connector/_sync_job";
/// Roles of a worker for some connectors.
const WIKI_WORKER: &str = r#","role_descriptors":{"w":{"cluster":["work_connector"],"applications":[{"application":"tributary","privileges":["*"],"resources":["connector:wiki-*","service_type:postgresql"]}]}}"#;
const READER: &str = r#","role_descriptors":{"r":{"cluster":["monitor_connector"]}}"#;
const MANAGER: &str = r#","role_descriptors":{"m":{"cluster":["manage_connector","manage_own_api_key"]}}"#;

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("security.create_api_key", create),
        scenario!("security.get_api_key", get),
        scenario!("security.invalidate_api_key", invalidate),
        scenario!("security.authenticate", authenticate),
        scenario!("security.has_privileges", has_privileges),
        scenario!("security.refused", refused),
        scenario!("security.limited_reading", limited_reading),
        scenario!("security.limited_watching", limited_watching),
        scenario!("security.limited_changing", limited_changing),
        scenario!("security.sensitive_values", sensitive_values),
    ]
}

async fn create(session: &mut Session) {
    session.require_keys().await;
    let body = r#"{"name":"k","expiration":"1d","role_descriptors":{"r":{"cluster":["monitor_connector","manage_ilm"],"indices":[{"names":"search-*","privileges":["read"]}],"run_as":["x"]}},"metadata":{"n":1.10}}"#;
    session.call_as(ADMIN_KEY, "POST", KEYS, body).await;
    session.call_as(ADMIN_KEY, "PUT", &format!("{KEYS}?refresh=wait_for"), r#"{"name":"all"}"#).await;
    for body in [
        "",
        "{}",
        r#"{"name":" "}"#,
        r#"{"name":"_k","expiration":"soon","metadata":{"_a":1}}"#,
        r#"{"name":"k ","role_descriptors":{"r":{"clusters":["all"]}}}"#,
        r#"{"name":"k","secret":"x"}"#,
    ] {
        session.call_as(ADMIN_KEY, "POST", KEYS, body).await;
    }
    let reader = session.new_key(ADMIN_KEY, "reader", READER).await;
    session.call_as(&reader, "POST", KEYS, r#"{"name":"k"}"#).await;
}

async fn get(session: &mut Session) {
    session.require_keys().await;
    let manager = session.new_key(ADMIN_KEY, "manager", MANAGER).await;
    session.new_key(ADMIN_KEY, "reader", &format!(r#"{READER},"expiration":"1s""#)).await;
    session.new_key(&manager, "made-by-manager", r#","role_descriptors":{"a":{"cluster":["all"]}}"#).await;
    session.wait_for_use_of_key().await;
    for path in [
        "?with_limited_by=true",
        "?id=id-0001",
        "?id=nobody",
        "?name=*er",
        "?name=x*",
        "?active_only",
        "?username=admin&realm_name=_es_api_key&name=reader",
        "?realm_name=native1",
        "?owner=true",
    ] {
        session.call_as(ADMIN_KEY, "GET", &format!("{KEYS}{path}"), "").await;
    }
    for path in ["", "?owner=true", "?id=id-0001", "?id=id-0002"] {
        session.call_as(&manager, "GET", &format!("{KEYS}{path}"), "").await;
    }
}

async fn invalidate(session: &mut Session) {
    session.require_keys().await;
    let manager = session.new_key(ADMIN_KEY, "manager", MANAGER).await;
    let own = session.new_key(&manager, "own", READER).await;
    session.new_key(ADMIN_KEY, "other", READER).await;
    session.call_as(&own, "GET", JOBS, "").await;
    session.call_as(&manager, "DELETE", KEYS, r#"{"ids":["id-0003"]}"#).await;
    session.call_as(&manager, "DELETE", KEYS, r#"{"ids":["id-0002","id-0003"],"owner":true}"#).await;
    session.call_as(&own, "GET", JOBS, "").await;
    for body in [
        r#"{"name":"o*"}"#,
        r#"{"id":"id-0003"}"#,
        r#"{"ids":["nobody"]}"#,
        r#"{"username":"admin","realm_name":"native1"}"#,
        "{}",
        r#"{"key":"x"}"#,
    ] {
        session.call_as(ADMIN_KEY, "DELETE", KEYS, body).await;
    }
    session.call_as(ADMIN_KEY, "GET", &format!("{KEYS}?id=id-0003"), "").await;
}

async fn authenticate(session: &mut Session) {
    // Without security everybody may do everything, and create keys for later.
    session.call("GET", "/_security/_authenticate", "").await;
    session.call_with("GET", "/_security/_authenticate", &[("authorization", "ApiKey x")], "").await;
    session.store(Collection::API_KEYS, "odd", "{}").await;
    session.call("GET", KEYS, "").await;
    session.require_keys().await;
    let reader = session.new_key(ADMIN_KEY, "reader", READER).await;
    for key in [&*reader, ADMIN_KEY] {
        session.call_as(key, "GET", "/_security/_authenticate", "").await;
    }
}

async fn has_privileges(session: &mut Session) {
    let path = "/_security/user/_has_privileges";
    let body = r#"{"cluster":["monitor_connector","work_connector","manage_connector","monitor","x"],"index":[{"names":["search-a","b"],"privileges":["read"]}],"application":[{"application":"tributary","privileges":["work_connector"],"resources":["connector:wiki-1","connector:x","*"]},{"application":"kibana","privileges":["read"],"resources":["*"]}]}"#;
    session.call("POST", path, body).await;
    session.require_keys().await;
    let worker = session.new_key(ADMIN_KEY, "worker", WIKI_WORKER).await;
    session.call_as(&worker, "POST", path, body).await;
    session.call_as(&worker, "GET", path, r#"{"cluster":[]}"#).await;
    session.call_as(&worker, "POST", "/_security/user/admin/_has_privileges", r#"{"cluster":["all"]}"#).await;
    session.call_as(&worker, "GET", "/_security/user/other/_has_privileges", r#"{"cluster":["all"]}"#).await;
    session.call_as(&worker, "POST", path, "").await;
}

/// What stands for a key that does not work.
async fn refused(session: &mut Session) {
    session.require_keys().await;
    let expired = session.new_key(ADMIN_KEY, "expired", r#","expiration":"1s""#).await;
    for (method, path) in [("GET", JOBS), ("GET", "/nothing"), ("PATCH", JOBS), ("OPTIONS", JOBS)] {
        session.call(method, path, "").await;
    }
    for header in ["ApiKey eDp5", "ApiKey x:y", "ApiKey x", "Basic eDp5", "ApiKey", "apikey  ", "Bearer é"] {
        session.call_with("GET", JOBS, &[("authorization", header)], "").await;
    }
    session.call_as(&expired, "GET", JOBS, "").await;
    session.call("GET", "/_health/live", "").await;
    let reader = session.new_key(ADMIN_KEY, "reader", READER).await;
    session.call_as(&reader, "PUT", "/_connector/c/_check_in", "").await;
    session.call_as(&reader, "GET", "/", "").await;
    session.call_as(&reader, "GET", "/nothing", "").await;
}

/// Connectors of the worker and of others, with a job each.
async fn fill(session: &mut Session) -> String {
    session.require_keys().await;
    for (id, service_type) in [("wiki-1", "confluence"), ("other", "s3"), ("db", "postgresql")] {
        let body = format!(r#"{{"index_name":"i-{id}","service_type":"{service_type}"}}"#);
        session.answer_as(ADMIN_KEY, "PUT", &format!("/_connector/{id}"), &body).await;
        let body = format!(r#"{{"id":"{id}"}}"#);
        session.answer_as(ADMIN_KEY, "POST", JOBS, &body).await;
    }
    session.new_key(ADMIN_KEY, "worker", WIKI_WORKER).await
}

async fn limited_reading(session: &mut Session) {
    let worker = fill(session).await;
    for path in [
        "/_connector?filter_path=count,results.id",
        "/_connector?service_type=s3&filter_path=count",
        "/_connector?cursor=&size=1&filter_path=count,results.id",
        "/_connector/_stream?_source=id",
        "/_connector/other",
        "/_connector/db?filter_path=id",
        "/_connector/_sync_job?filter_path=count,results.connector.id",
        "/_connector/_sync_job?connector_id=other&filter_path=count",
        "/_connector/_sync_job?orphaned=true&filter_path=count",
        "/_connector/_sync_job?order=desc&sort=created_at&size=1&filter_path=count,results.connector.id",
        "/_connector/_sync_job/_stream?_source=connector.id",
        "/_connector/_sync_job/_count?by=connector_id",
        "/_connector/_sync_job/_count?by=created_at&interval=1d&filter_path=total",
        "/_connector/_sync_job/_watch?timeout=0s",
        "/_connector/_sync_job/id-0001?filter_path=id",
        "/_connector/_sync_job/id-0002?filter_path=id",
        "/_connector/_sync_job/id-0002?wait_for_completion&timeout=0s",
        "/.elastic-connectors/_doc/other",
        "/.elastic-connectors-v1/_count",
    ] {
        session.call_as(&worker, "GET", path, "").await;
    }
    let search = r#"{"query":{"match_all":{}},"_source":["connector.id"],"sort":["created_at"]}"#;
    session.call_as(&worker, "POST", "/.elastic-connectors-sync-jobs/_search", search).await;
}

/// A key that is limited to some connectors hears of the end of their jobs alone.
async fn limited_watching(session: &mut Session) {
    let worker = fill(session).await;
    let store = session.store.clone();
    rt::spawn(async move {
        for job in ["id-0002", "id-0001", "id-0003"] {
            sleep(Duration::from_millis(600)).await;
            let id = Id::parse("id", job).expect("an id of the test");
            store.remove_all(Collection::SYNC_JOBS, &[id]).await.expect("removed");
        }
    });
    session.call_as(&worker, "GET", &format!("{JOBS}/_watch?timeout=4s"), "").await;
}

async fn limited_changing(session: &mut Session) {
    let worker = fill(session).await;
    let claim = r#"{"worker_hostname":"w"}"#;
    for id in ["id-0001", "id-0002"] {
        session.call_as(&worker, "PUT", &format!("{JOBS}/{id}/_claim"), claim).await;
        session.call_as(&worker, "PUT", &format!("{JOBS}/{id}/_check_in"), "").await;
    }
    for id in ["wiki-1", "other", "nobody"] {
        session.call_as(&worker, "PUT", &format!("/_connector/{id}/_check_in"), "").await;
    }
    let manager = WIKI_WORKER.replace("work_connector", "manage_connector");
    let manager = session.new_key(ADMIN_KEY, "wiki-manager", &manager).await;
    for (method, path, body) in [
        ("POST", JOBS, r#"{"id":"other"}"#),
        ("POST", JOBS, r#"{"id":"db"}"#),
        ("PUT", "/_connector/other", r#"{"name":"x"}"#),
        ("PUT", "/_connector/foreign", r#"{"name":"x"}"#),
        ("PUT", "/_connector/wiki-2", r#"{"name":"x"}"#),
        ("POST", "/_connector", r#"{"name":"x"}"#),
        ("POST", "/_connector", r#"{"service_type":"postgresql"}"#),
        ("PUT", "/_connector/db/_service_type", r#"{"service_type":"s3"}"#),
        ("DELETE", "/_connector/other?delete_sync_jobs=true", ""),
        ("DELETE", "/_connector/_sync_job/id-0002", ""),
        ("PUT", "/.elastic-connectors/_doc/other", r#"{"name":"x"}"#),
        ("POST", "/.elastic-connectors/_update/other", r#"{"doc":{"name":"x"}}"#),
        ("DELETE", "/.elastic-connectors-sync-jobs/_doc/id-0002", ""),
        ("POST", "/_connector/_sync_job/_cancel_by_query?status=pending,in_progress", ""),
        ("POST", "/_connector/_sync_job/_delete_by_query?connector_id=other", ""),
    ] {
        session.call_as(&manager, method, path, body).await;
    }
    session.call_as(ADMIN_KEY, "GET", "/_connector/_sync_job/_count?by=status", "").await;
    session.call_as(ADMIN_KEY, "GET", "/_connector/other?filter_path=id,name,status", "").await;
}

/// What a reader sees of passwords, wherever they are, and what comes of writing that back.
async fn sensitive_values(session: &mut Session) {
    session.require_keys().await;
    let configuration = r#"{"host":{"value":"db"},"password":{"sensitive":true,"value":"hunter2"},"token":{"sensitive":true,"type":"int","value":424242},"unset":{"sensitive":true,"value":""}}"#;
    for (id, service_type) in [("wiki-1", "confluence"), ("other", "s3")] {
        let body = format!(r#"{{"index_name":"i-{id}","service_type":"{service_type}"}}"#);
        session.answer_as(ADMIN_KEY, "PUT", &format!("/_connector/{id}"), &body).await;
        let body = format!(r#"{{"configuration":{configuration}}}"#);
        session.answer_as(ADMIN_KEY, "PUT", &format!("/_connector/{id}/_configuration"), &body).await;
        session.answer_as(ADMIN_KEY, "POST", JOBS, &format!(r#"{{"id":"{id}"}}"#)).await;
    }
    let reader = session.new_key(ADMIN_KEY, "reader", READER).await;
    let search = r#"{"query":{"term":{"connector.configuration.password.value":"hunter2"}}}"#;
    let reads = [
        ("GET", "/_connector?size=1&_source=configuration", ""),
        ("GET", "/_connector/_stream?_source=configuration.password", ""),
        ("GET", "/_connector/other?filter_path=configuration", ""),
        ("GET", "/_connector/_sync_job?size=1&_source=connector.configuration", ""),
        ("GET", "/_connector/_sync_job/_stream?_source=connector.configuration", ""),
        ("GET", "/_connector/_sync_job/id-0002?filter_path=connector.configuration", ""),
        (
            "GET",
            "/_connector/_sync_job/id-0002?wait_for_completion&timeout=0s&filter_path=connector.configuration",
            "",
        ),
        ("GET", "/.elastic-connectors/_doc/other?_source=configuration.token", ""),
        (
            "POST",
            "/.elastic-connectors-sync-jobs/_search?filter_path=hits.hits._source.connector.configuration",
            "{}",
        ),
        ("POST", "/.elastic-connectors-sync-jobs/_count?filter_path=count", search),
    ];
    for (method, path, body) in reads {
        session.call_as(&reader, method, path, body).await;
    }
    let answers = session.record();
    let answers = answers.replace(search, "");
    assert!(!answers.contains("hunter2") && !answers.contains("424242"), "a reader sees a value: {answers}");
    // One that may do the work of some connectors reads their values alone.
    let both = WIKI_WORKER.replace("{\"w\":", "{\"r\":{\"cluster\":[\"monitor_connector\"]},\"w\":");
    let both = session.new_key(ADMIN_KEY, "both", &both).await;
    let path = "/_connector/_stream?_source=configuration.password";
    session.call_as(&both, "GET", path, "").await;
    session
        .call_as(ADMIN_KEY, "POST", "/.elastic-connectors-sync-jobs/_count?filter_path=count", search)
        .await;
    // What was read with a mask is written back, and changes nothing.
    let (_, seen) =
        session.answer_as(&reader, "GET", "/_connector/other?filter_path=configuration", "").await;
    session.call_as(ADMIN_KEY, "PUT", "/_connector/other/_configuration", &seen).await;
    session.call_as(ADMIN_KEY, "GET", "/_connector/other?filter_path=configuration", "").await;
}
