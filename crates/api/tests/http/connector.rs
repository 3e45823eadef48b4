//! The endpoints of connectors.

use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.list", list),
        scenario!("connector.put", put),
        scenario!("connector.post", post),
        scenario!("connector.get", get),
        scenario!("connector.delete", delete),
        scenario!("connector.check_in", check_in),
    ]
}

async fn show(session: &mut Session, id: &str) {
    session
        .call("GET", &format!("/_connector/{id}?filter_path=-filtering,-scheduling,-custom_scheduling"), "")
        .await;
}

async fn list(session: &mut Session) {
    session.call("GET", "/_connector", "").await;
    for (id, body) in [
        ("c", r#"{"index_name":"beta","name":"Two","service_type":"s3","description":"holds letters"}"#),
        ("b", r#"{"index_name":"alpha","name":"One","service_type":"s3"}"#),
        ("d", r#"{"name":"Three","service_type":"jira"}"#),
        ("a", "{}"),
        ("e", r#"{"name":"Five"}"#),
    ] {
        session.prepare("PUT", &format!("/_connector/{id}"), body).await;
    }
    session.prepare("DELETE", "/_connector/e", "").await;
    for query in [
        "",
        "include_deleted",
        "include_deleted=true",
        "from=1&size=2",
        "index_name=alpha,beta",
        "index_name=",
        "connector_name=One,Three",
        "service_type=s3&connector_name=One",
        "query=et",
        "query=T",
        "query=",
    ] {
        session.call("GET", &format!("/_connector?{query}&filter_path=count,results.id"), "").await;
    }
    for query in [
        "include_deleted=yes",
        "from=-1",
        "size=10001",
        "names=One",
        "query=a&query=b",
        "index_name=Beta",
        "index_name=alpha,be*",
    ] {
        session.call("GET", &format!("/_connector?{query}"), "").await;
    }
}

async fn put(session: &mut Session) {
    session.call("PUT", "/_connector/c", "").await;
    session.call("GET", "/_connector/c", "").await;
    session
        .store(
            Collection::CONNECTORS,
            "kept",
            r#"{"name":"old","configuration":{"a":{"value":1.10}},"x":null}"#,
        )
        .await;
    session.call("PUT", "/_connector/kept", r#"{"name":"new","index_name":"i","language":null}"#).await;
    session.call("GET", "/_connector/kept", "").await;
    session.store(Collection::CONNECTORS, "s", r#"{"status":"connected","service_type":"ftp"}"#).await;
    session.call("PUT", "/_connector/s", r#"{"service_type":"ftp"}"#).await;
    show(session, "s").await;
    session.call("PUT", "/_connector/s", r#"{"service_type":"s3"}"#).await;
    show(session, "s").await;
    session.call("PUT", "/_connector/native", r#"{"is_native":"true","index_name":"content-n"}"#).await;
    show(session, "native").await;
    for (id, body) in [
        ("other", r#"{"index_name":"i"}"#),
        ("c", r#"{"index_name":"i"}"#),
        ("native", r#"{"index_name":"search-n"}"#),
        ("other", r#"{"is_native":true,"index_name":"search-n"}"#),
        ("other", r#"{"index_name":"Capital"}"#),
        ("other", r#"{"index_name":""}"#),
        ("other", r#"{"index_name":"a,b"}"#),
        ("other", r#"{"names":"x"}"#),
        ("other", r#"{"is_native":"yes"}"#),
        ("other", r#"{"name":"x","name":"y"}"#),
        ("%C3", "{}"),
    ] {
        session.call("PUT", &format!("/_connector/{id}"), body).await;
    }
    session.call("GET", "/_connector?filter_path=count,results.id", "").await;
    session.prepare("DELETE", "/_connector/kept", "").await;
    session.call("PUT", "/_connector/other", r#"{"index_name":"i"}"#).await;
    session.call("PUT", "/_connector/kept", r#"{"index_name":"i"}"#).await;
    session.call("PUT", "/_connector/kept", "").await;
    show(session, "kept").await;
}

async fn post(session: &mut Session) {
    session.call("POST", "/_connector", r#"{"index_name":"i","service_type":"s3","name":"One"}"#).await;
    session.call("PUT", "/_connector", r#"{"index_name":"j"}"#).await;
    session.call("POST", "/_connector", "").await;
    session.call("POST", "/_connector", r#"{"index_name":"i"}"#).await;
    session.call("PUT", "/_connector", r#"{"index_name":"j"}"#).await;
    session.call("POST", "/_connector", r#"{"id":"x"}"#).await;
    session.call("GET", "/_connector?filter_path=count,results.id,results.index_name", "").await;
    session.call("DELETE", "/_connector", "").await;
}

async fn get(session: &mut Session) {
    session.store(Collection::CONNECTORS, "c", r#"{"name":"x","kept":{"as":1.10,"it":1e400}}"#).await;
    session.call("GET", "/_connector/c", "").await;
    session.prepare("DELETE", "/_connector/c", "").await;
    session.call("GET", "/_connector/c", "").await;
    session.call("GET", "/_connector/c?include_deleted=false", "").await;
    session.call("GET", "/_connector/c?include_deleted=true", "").await;
    session.call("GET", "/_connector/c?include_deleted=perhaps", "").await;
    session.call("GET", "/_connector/nobody?include_deleted", "").await;
}

async fn delete(session: &mut Session) {
    for id in ["c", "d"] {
        let body = format!(r#"{{"index_name":"index-{id}","service_type":"s3"}}"#);
        session.prepare("PUT", &format!("/_connector/{id}"), &body).await;
        for _ in 0..2 {
            session.prepare("POST", "/_connector/_sync_job", &format!(r#"{{"id":"{id}"}}"#)).await;
        }
    }
    let jobs = "/_connector/_sync_job?filter_path=count,results.connector.id";
    session.call("DELETE", "/_connector/c", "").await;
    session.call("GET", jobs, "").await;
    session.call("DELETE", "/_connector/c", "").await;
    session.call("DELETE", "/_connector/c?hard=true&delete_sync_jobs=true", "").await;
    session.call("GET", jobs, "").await;
    session.call("GET", "/_connector/c?include_deleted=true", "").await;
    session.call("DELETE", "/_connector/c?hard=true", "").await;
    session.call("DELETE", "/_connector/d?delete_sync_jobs", "").await;
    session.call("GET", jobs, "").await;
    session.call("DELETE", "/_connector/d?hard=perhaps", "").await;
    session.call("DELETE", "/_connector/d?force=true", "").await;
    session.call("DELETE", "/_connector/nobody?delete_sync_jobs=true", "").await;
}

async fn check_in(session: &mut Session) {
    session.store(Collection::CONNECTORS, "c", r#"{"name":"x","kept":[1,{}]}"#).await;
    session.call("PUT", "/_connector/c/_check_in", "").await;
    session.call("GET", "/_connector/c", "").await;
    session.prepare("DELETE", "/_connector/c", "").await;
    session.call("PUT", "/_connector/c/_check_in", "").await;
    session.call("PUT", "/_connector/nobody/_check_in", "").await;
}
