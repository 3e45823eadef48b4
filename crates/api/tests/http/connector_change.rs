//! The endpoints that change one attribute of a connector.

use tributary_storage::Collection;

use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.update_name", name),
        scenario!("connector.update_service_type", service_type),
        scenario!("connector.update_index_name", index_name),
        scenario!("connector.update_native", native),
        scenario!("connector.update_status", status),
        scenario!("connector.update_error", error),
        scenario!("connector.update_api_key_id", api_key_id),
        scenario!("connector.update_scheduling", scheduling),
        scenario!("connector.update_pipeline", pipeline),
        scenario!("connector.update_features", features),
        scenario!("connector.last_sync", last_sync),
    ]
}

/// A connector with an unknown field and a number that no float keeps.
pub(crate) async fn add(session: &Session, id: &str, fields: &str) {
    let separator = if fields.is_empty() { "" } else { "," };
    let document = format!(r#"{{"kept":{{"as":1.10,"it":[],"was":null}}{separator}{fields}}}"#);
    session.store(Collection::CONNECTORS, id, &document).await;
}

pub(crate) async fn show(session: &mut Session, id: &str) {
    session.call("GET", &format!("/_connector/{id}"), "").await;
}

/// Each body in turn, on one connector, which is shown in the end.
pub(crate) async fn put_all(session: &mut Session, id: &str, verb: &str, bodies: &[&str]) {
    for body in bodies {
        session.call("PUT", &format!("/_connector/{id}/{verb}"), body).await;
    }
    show(session, id).await;
}

/// The refusals that every change of a connector has in common.
pub(crate) async fn refusals(session: &mut Session, verb: &str, body: &str) {
    session.call("PUT", &format!("/_connector/nobody/{verb}"), body).await;
    add(session, "gone", r#""deleted":true"#).await;
    session.call("PUT", &format!("/_connector/gone/{verb}"), body).await;
    session.call("GET", &format!("/_connector/nobody/{verb}"), "").await;
    session.call("PUT", &format!("/_connector/nobody/{verb}?when=now"), body).await;
    session.call("PUT", &format!("/_connector/nobody/{verb}"), "").await;
}

async fn name(session: &mut Session) {
    add(session, "c", r#""name":"old""#).await;
    let bodies = [
        r#"{"name":"new"}"#,
        r#"{"name":"new"}"#,
        r#"{"description":"holds letters"}"#,
        r#"{"name":"","description":"none"}"#,
    ];
    put_all(session, "c", "_name", &bodies).await;
    let wrong = ["{}", r#"{"name":null}"#, r#"{"name":7}"#, r#"{"names":"x"}"#, r#"{"name":{"x":1}}"#, "[]"];
    put_all(session, "c", "_name", &wrong).await;
    refusals(session, "_name", r#"{"name":"new"}"#).await;
}

async fn service_type(session: &mut Session) {
    for status in ["created", "needs_configuration", "configured", "connected", "error"] {
        add(session, status, &format!(r#""status":"{status}""#)).await;
        put_all(session, status, "_service_type", &[r#"{"service_type":"s3"}"#]).await;
    }
    let wrong = ["{}", r#"{"service_type":""}"#, r#"{"service_type":null}"#, r#"{"service_types":"s3"}"#];
    put_all(session, "created", "_service_type", &wrong).await;
    refusals(session, "_service_type", r#"{"service_type":"s3"}"#).await;
}

async fn index_name(session: &mut Session) {
    add(session, "c", "").await;
    add(session, "other", r#""index_name":"taken""#).await;
    add(session, "deleted", r#""index_name":"free","deleted":true"#).await;
    add(session, "native", r#""is_native":true"#).await;
    let bodies = [r#"{"index_name":"search-a"}"#, r#"{"index_name":"search-a"}"#, r#"{"index_name":"free"}"#];
    put_all(session, "c", "_index_name", &bodies).await;
    let wrong = [
        r#"{"index_name":"taken"}"#,
        "{}",
        r#"{"index_name":""}"#,
        r#"{"index_name":"Capital"}"#,
        r#"{"index_name":"a b"}"#,
        r#"{"index_name":"_a"}"#,
        r#"{"index_name":".."}"#,
        &format!(r#"{{"index_name":"{}"}}"#, "x".repeat(256)),
        r#"{"index_name":7}"#,
        r#"{"index":"a"}"#,
    ];
    put_all(session, "c", "_index_name", &wrong).await;
    put_all(session, "c", "_index_name", &[r#"{"index_name":null}"#, r#"{"index_name":null}"#]).await;
    put_all(session, "other", "_index_name", &[r#"{"index_name":"free"}"#]).await;
    put_all(session, "c", "_index_name", &[r#"{"index_name":"taken"}"#]).await;
    let native = [r#"{"index_name":"search-n"}"#, r#"{"index_name":"content-n"}"#];
    put_all(session, "native", "_index_name", &native).await;
    refusals(session, "_index_name", r#"{"index_name":"nobody"}"#).await;
}

async fn native(session: &mut Session) {
    add(session, "c", r#""index_name":"content-c","status":"connected""#).await;
    put_all(session, "c", "_native", &[r#"{"is_native":true}"#, r#"{"is_native":true}"#]).await;
    add(session, "search", r#""index_name":"search-s","status":"connected""#).await;
    put_all(session, "search", "_native", &[r#"{"is_native":true}"#]).await;
    put_all(session, "search", "_native", &[r#"{"is_native":false}"#]).await;
    add(session, "detached", "").await;
    put_all(session, "detached", "_native", &[r#"{"is_native":true}"#]).await;
    let wrong = ["{}", r#"{"is_native":null}"#, r#"{"is_native":"true"}"#, r#"{"native":true}"#];
    put_all(session, "detached", "_native", &wrong).await;
    refusals(session, "_native", r#"{"is_native":true}"#).await;
}

async fn status(session: &mut Session) {
    let statuses = ["created", "needs_configuration", "configured", "connected", "error"];
    for from in statuses {
        for to in statuses {
            let id = format!("{from}-{to}");
            add(session, &id, &format!(r#""status":"{from}""#)).await;
            session
                .call("PUT", &format!("/_connector/{id}/_status"), &format!(r#"{{"status":"{to}"}}"#))
                .await;
        }
    }
    session.call("GET", "/_connector?filter_path=results.id,results.status", "").await;
    add(session, "without", "").await;
    let bodies = [
        r#"{"status":"error"}"#,
        "{}",
        r#"{"status":null}"#,
        r#"{"status":"asleep"}"#,
        r#"{"status":["error"]}"#,
        r#"{"state":"error"}"#,
    ];
    put_all(session, "without", "_status", &bodies).await;
    put_all(session, "error-error", "_status", &[r#"{"status":"CONNECTED"}"#]).await;
    refusals(session, "_status", r#"{"status":"error"}"#).await;
}

async fn error(session: &mut Session) {
    add(session, "c", r#""status":"created""#).await;
    let error = r#"{"error":"the source is away"}"#;
    put_all(session, "c", "_error", &[error, error]).await;
    put_all(session, "c", "_error", &[r#"{"error":null}"#, r#"{"error":""}"#]).await;
    put_all(session, "c", "_error", &["{}", r#"{"error":{"text":"x"}}"#, r#"{"errors":"x"}"#]).await;
    refusals(session, "_error", error).await;
}

async fn api_key_id(session: &mut Session) {
    add(session, "c", "").await;
    let bodies = [
        r#"{"api_key_id":"key-1"}"#,
        r#"{"api_key_id":"key-1"}"#,
        r#"{"api_key_secret_id":"secret-1"}"#,
        r#"{"api_key_id":"key-2","api_key_secret_id":"secret-2"}"#,
    ];
    put_all(session, "c", "_api_key_id", &bodies).await;
    let wrong = ["{}", r#"{"api_key_id":null}"#, r#"{"api_key_id":7}"#, r#"{"api_key":"key"}"#];
    put_all(session, "c", "_api_key_id", &wrong).await;
    refusals(session, "_api_key_id", r#"{"api_key_id":"key-1"}"#).await;
}

async fn scheduling(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", "").await;
    let full = r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0/5 14,18 ? * MON-FRI"}}}"#;
    let others = r#"{"scheduling":{"incremental":{"enabled":true,"interval":"0 15 10 L * ? 2026"},"access_control":{"enabled":false,"interval":"0 15 10 ? * 6#3"}}}"#;
    put_all(session, "c", "_scheduling", &[full, full, others]).await;
    add(session, "kept", r#""scheduling":{"full":{"enabled":false,"note":1.10},"webhook":{}}"#).await;
    put_all(session, "kept", "_scheduling", &[full]).await;
    let wrong = [
        "{}",
        r#"{"scheduling":{}}"#,
        r#"{"scheduling":null}"#,
        r#"{"scheduling":{"full":{"enabled":true}}}"#,
        r#"{"scheduling":{"full":{"enabled":"true","interval":"0 0 0 * * ?"}}}"#,
        r#"{"scheduling":{"weekly":{"enabled":true,"interval":"0 0 0 * * ?"}}}"#,
        r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0 0 * * ?","zone":"UTC"}}}"#,
        r#"{"scheduling":{"full":{"enabled":true,"interval":"0 60 0 * * ?"}}}"#,
        r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0 * * *"},"incremental":{"enabled":false,"interval":"0 0 0 * * *"}}}"#,
        r#"{"scheduling":{"full":{"enabled":true,"interval":""}}}"#,
    ];
    put_all(session, "kept", "_scheduling", &wrong).await;
    refusals(session, "_scheduling", full).await;
}

async fn pipeline(session: &mut Session) {
    const PIPELINE: &str = r#"{"pipeline":{"extract_binary_content":true,"name":"p","reduce_whitespace":true,"run_ml_inference":false}}"#;
    add(session, "c", r#""pipeline":{"note":1.10,"name":"old"}"#).await;
    put_all(session, "c", "_pipeline", &[PIPELINE, PIPELINE]).await;
    let wrong = [
        "{}",
        r#"{"pipeline":{}}"#,
        r#"{"pipeline":{"name":"p"}}"#,
        &PIPELINE.replace("\"p\"", "null"),
        &PIPELINE.replace("true", "1"),
        &PIPELINE.replace("}}", r#","fast":true}}"#),
    ];
    put_all(session, "c", "_pipeline", &wrong).await;
    refusals(session, "_pipeline", PIPELINE).await;
}

async fn features(session: &mut Session) {
    add(session, "c", r#""features":{"sync_rules":{"basic":{"enabled":true}},"flying":[1.10]}"#).await;
    let advanced = r#"{"features":{"sync_rules":{"advanced":{"enabled":true}}}}"#;
    let bodies = [
        advanced,
        advanced,
        r#"{"features":{"document_level_security":{"enabled":true},"incremental_sync":{"enabled":false}}}"#,
        r#"{"features":{"native_connector_api_keys":{"enabled":true}}}"#,
        r#"{"features":{}}"#,
    ];
    put_all(session, "c", "_features", &bodies).await;
    let wrong = [
        "{}",
        r#"{"features":null}"#,
        r#"{"features":{"flying":{"enabled":true}}}"#,
        r#"{"features":{"incremental_sync":true}}"#,
        r#"{"features":{"incremental_sync":{}}}"#,
        r#"{"features":{"sync_rules":{"basic":{"enabled":"yes"}}}}"#,
    ];
    put_all(session, "c", "_features", &wrong).await;
    refusals(session, "_features", advanced).await;
}

async fn last_sync(session: &mut Session) {
    add(session, "c", r#""last_sync_error":"away""#).await;
    let end = r#"{"last_sync_status":"completed","last_sync_error":null,"last_synced":"2026-01-02T03:04:05.123456Z"}"#;
    let bodies = [
        end,
        end,
        "{}",
        r#"{"last_deleted_document_count":1,"last_indexed_document_count":9223372036854775807}"#,
        r#"{"last_access_control_sync_error":"x","last_access_control_sync_status":"ERROR"}"#,
        r#"{"last_access_control_sync_scheduled_at":"2026-01-01T00:00:00Z","last_sync_scheduled_at":"2026-01-02"}"#,
        r#"{"last_incremental_sync_scheduled_at":"2026-01-03T00:00:00+01:00","last_seen":"2026-01-04T00:00:00Z"}"#,
        r#"{"sync_cursor":{"page":7,"at":[]}}"#,
    ];
    put_all(session, "c", "_last_sync", &bodies).await;
    let wrong = [
        r#"{"last_deleted_document_count":-1,"last_indexed_document_count":-2}"#,
        r#"{"last_deleted_document_count":1.5}"#,
        r#"{"last_sync_status":"finished"}"#,
        r#"{"last_synced":"yesterday"}"#,
        r#"{"sync_cursor":"page 7"}"#,
        r#"{"last_sync":"completed"}"#,
    ];
    put_all(session, "c", "_last_sync", &wrong).await;
    put_all(session, "c", "_last_sync", &[r#"{"sync_cursor":null,"last_seen":null}"#]).await;
    let times = [
        r#"{"last_seen":1767323045678,"last_synced":"2026-W01-5T03:04:05,25+01"}"#,
        r#"{"last_sync_scheduled_at":"9999-12-31T23:59:59.999999999Z"}"#,
        r#"{"last_synced":"10000-01-01T00:00:00Z"}"#,
    ];
    put_all(session, "c", "_last_sync", &times).await;
    refusals(session, "_last_sync", end).await;
}
