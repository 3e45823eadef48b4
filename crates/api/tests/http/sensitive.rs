//! Sensitive values that are encrypted where they are stored: clients see no difference.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use tributary_domain::MASK;
use tributary_secrets::{SealingStore, SecretKeys};
use tributary_storage::{Collection, Deadline};

use crate::session::{SECRET_KEY, Scenario, Session, scenario};

const CONFIGURATION: &str = "/_connector/c/_configuration";
const CONNECTORS: &str = "/.elastic-connectors";
const JOBS: &str = "/.elastic-connectors-sync-jobs";
const LINES: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![scenario!("sensitive.encrypted", encrypted), scenario!("sensitive.kept", kept)]
}

/// All that is stored, as the store has it.
async fn stored(session: &Session) -> String {
    let mut all = String::new();
    for collection in [Collection::CONNECTORS, Collection::SYNC_JOBS] {
        let documents = session.store.scan(collection, Deadline::NONE).try_concat().await.expect("scanned");
        for one in documents {
            all.push_str(std::str::from_utf8(&one.document).expect("JSON is UTF-8"));
        }
    }
    all
}

/// A service that encrypts, over the store of the session.
async fn encrypt(session: &mut Session) {
    let keys = SecretKeys::parse(SECRET_KEY).expect("a key of the test");
    let store = SealingStore::new(Arc::clone(&session.store), keys, true);
    session.replace_store(Arc::new(store)).await;
}

async fn encrypted(session: &mut Session) {
    encrypt(session).await;
    session.call("PUT", "/_connector/c", r#"{"index_name":"i","service_type":"s3"}"#).await;
    let whole = r#"{"configuration":{"password":{"type":"str","sensitive":true,"value":"hunter2"},"user":{"value":"u"}}}"#;
    session.call("PUT", CONFIGURATION, whole).await;
    session.call("PUT", CONFIGURATION, whole).await;
    session.call("PUT", CONFIGURATION, r#"{"values":{"password":"hunter2"}}"#).await;
    session.call("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).await;
    session.call("PUT", "/_connector/_sync_job/id-0001/_claim", r#"{"worker_hostname":"w"}"#).await;
    session.call("GET", "/_connector?filter_path=count,results.configuration", "").await;
    session.call("GET", "/_connector/c?filter_path=configuration", "").await;
    session.call("GET", "/_connector/_sync_job/id-0001?filter_path=connector.configuration,status", "").await;
    session.call("GET", "/_connector/_sync_job?connector_id=c&filter_path=**.password", "").await;
    // Through the control indices.
    session.call("GET", &format!("{CONNECTORS}/_doc/c?filter_path=_source.configuration"), "").await;
    session.call("GET", &format!("{JOBS}/_search?filter_path=hits.hits._source.**.password"), "").await;
    session
        .call(
            "POST",
            &format!("{CONNECTORS}/_update/c"),
            r#"{"doc":{"name":"n","configuration":{"password":{"value":["hunter3"]}}}}"#,
        )
        .await;
    let bulk = "{\"index\":{\"_id\":\"d\"}}\n{\"configuration\":{\"key\":{\"sensitive\":\"true\",\"value\":\"hunter4\"}}}\n";
    session.call_with("POST", &format!("{CONNECTORS}/_bulk?filter_path=items.*.result"), LINES, bulk).await;
    session.call("GET", "/_connector?filter_path=results.id,results.configuration", "").await;
    let below = stored(session).await;
    assert!(!below.contains("hunter"), "{below}");
    assert_eq!(below.matches("\"tributary-sealed:v1:").count(), 3, "{below}");
}

/// Who may not see a value writes its mask, and changes nothing.
async fn kept(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", r#"{"index_name":"i","service_type":"s3"}"#).await;
    let whole = |value: &str, more: &str| {
        format!(r#"{{"configuration":{{"password":{{"sensitive":true,"value":"{value}"}}{more}}}}}"#)
    };
    session.prepare("PUT", CONFIGURATION, &whole("hunter2", r#","user":{"value":"u"}"#)).await;
    let values = format!(r#"{{"values":{{"password":"{MASK}","user":"v"}}}}"#);
    session.call("PUT", CONFIGURATION, &values).await;
    session.call("PUT", CONFIGURATION, &whole(MASK, "")).await;
    session.call("GET", "/_connector/c?filter_path=configuration", "").await;
    session.call("PUT", CONFIGURATION, &whole(MASK, &format!(r#","new":{{"value":"{MASK}"}}"#))).await;
    session.call("PUT", CONFIGURATION, &whole(MASK, "").replace("true", "false")).await;
    session.call("PUT", CONFIGURATION, &whole("tributary-sealed:v1:x", "")).await;
    session.call("PUT", &format!("{CONNECTORS}/_doc/new"), &whole(MASK, "")).await;
    let update = format!(r#"{{"doc":{}}}"#, whole(MASK, r#","user":{"value":"w"}"#));
    session.call("POST", &format!("{CONNECTORS}/_update/c"), &update).await;
    let exposing = r#"{"doc":{"configuration":{"password":{"sensitive":false}}}}"#;
    session.call("POST", &format!("{CONNECTORS}/_update/c"), exposing).await;
    session.call("GET", "/_connector?filter_path=count,results.configuration", "").await;
    assert!(!stored(session).await.contains(MASK));
}
