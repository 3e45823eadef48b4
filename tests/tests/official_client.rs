//! The official Rust client, unmodified, for every call that it has of these APIs.
#![allow(missing_docs, reason = "a test")]

use elasticsearch::Elasticsearch;
use elasticsearch::connector::{
    ConnectorCheckInParts, ConnectorDeleteParts, ConnectorGetParts, ConnectorLastSyncParts,
    ConnectorPutParts, ConnectorSyncJobCancelParts, ConnectorSyncJobCheckInParts, ConnectorSyncJobClaimParts,
    ConnectorSyncJobDeleteParts, ConnectorSyncJobErrorParts, ConnectorSyncJobGetParts,
    ConnectorSyncJobUpdateStatsParts, ConnectorUpdateActiveFilteringParts, ConnectorUpdateApiKeyIdParts,
    ConnectorUpdateConfigurationParts, ConnectorUpdateErrorParts, ConnectorUpdateFeaturesParts,
    ConnectorUpdateFilteringParts, ConnectorUpdateFilteringValidationParts, ConnectorUpdateIndexNameParts,
    ConnectorUpdateNameParts, ConnectorUpdateNativeParts, ConnectorUpdatePipelineParts,
    ConnectorUpdateSchedulingParts, ConnectorUpdateServiceTypeParts, ConnectorUpdateStatusParts,
};
use elasticsearch::http::response::Response;
use elasticsearch::http::transport::Transport;
use serde_json::{Value, json};
use tributary_tests::Server;

async fn json(response: Result<Response, elasticsearch::Error>, status: u16) -> Value {
    let response = response.unwrap();
    assert_eq!(response.headers()["x-elastic-product"], "Elasticsearch");
    let answered = response.status_code().as_u16();
    let body = response.json::<Value>().await.unwrap();
    assert_eq!(answered, status, "{body}");
    body
}

async fn new_job(client: &Elasticsearch, job_type: &str) -> String {
    let body = json!({ "id": "c", "job_type": job_type, "trigger_method": "scheduled" });
    let created = json(client.connector().sync_job_post().body(body).send().await, 201).await;
    created["id"].as_str().unwrap().to_owned()
}

fn client(server: &Server) -> Elasticsearch {
    Elasticsearch::new(Transport::single_node(&format!("http://{}", server.address())).unwrap())
}

#[tokio::test]
async fn connectors() {
    let server = Server::start("memory:");
    let client = client(&server);
    let info = json(client.info().send().await, 200).await;
    assert_eq!(info["tagline"], "You Know, for Search");

    let body = json!({ "index_name": "search-c", "service_type": "s3", "name": "C" });
    let put = client.connector().put(ConnectorPutParts::ConnectorId("c")).body(body).send().await;
    assert_eq!(json(put, 201).await, json!({ "result": "created", "id": "c" }));
    let posted = json(client.connector().post().body(json!({ "name": "D" })).send().await, 201).await;
    let other = posted["id"].as_str().unwrap();
    let listed = json(client.connector().list().from(0).size(10).send().await, 200).await;
    assert_eq!(listed["count"], 2);
    let listed = json(client.connector().list().service_type(&["s3"]).query("earch").send().await, 200).await;
    assert_eq!(listed["results"][0]["id"], "c");
    let checked = client.connector().check_in(ConnectorCheckInParts::ConnectorId("c")).send().await;
    assert_eq!(json(checked, 200).await["result"], "updated");
    let got =
        client.connector().get(ConnectorGetParts::ConnectorId("c")).pretty(true).human(true).send().await;
    assert!(json(got, 200).await["last_seen"].is_string());
    let deleted = client
        .connector()
        .delete(ConnectorDeleteParts::ConnectorId(other))
        .delete_sync_jobs(true)
        .send()
        .await;
    assert_eq!(json(deleted, 200).await["acknowledged"], true);
    let missing = client.connector().get(ConnectorGetParts::ConnectorId(other)).send().await.unwrap();
    let error = missing.exception().await.unwrap().expect("an exception that the client understands");
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.error().ty(), Some("resource_not_found_exception"));
}

/// Sends each change of the connector with its body, and expects it to be made.
macro_rules! change_each {
    ($client:expr, $($call:ident($parts:ident): $body:expr),* $(,)?) => {$(
        let change = $client.connector().$call($parts::ConnectorId("c")).body($body).send().await;
        assert_eq!(json(change, 200).await, json!({ "result": "updated" }), stringify!($call));
    )*};
}

#[tokio::test]
async fn every_change_of_a_connector() {
    let server = Server::start("memory:");
    let client = client(&server);
    json(client.connector().put(ConnectorPutParts::ConnectorId("c")).body(json!({})).send().await, 201).await;
    let field = json!({
        "label": "Host", "value": "", "type": "str", "display": "textbox", "required": true, "sensitive": false,
        "depends_on": [], "options": [], "default_value": null, "validations": [], "tooltip": null,
    });
    let rule = json!({
        "id": "a", "field": "name", "policy": "exclude", "rule": "<", "value": "x", "order": 0,
    });
    change_each!(
        client,
        update_name(ConnectorUpdateNameParts): json!({ "name": "C", "description": "one" }),
        update_service_type(ConnectorUpdateServiceTypeParts): json!({ "service_type": "s3" }),
        update_index_name(ConnectorUpdateIndexNameParts): json!({ "index_name": "content-c" }),
        update_status(ConnectorUpdateStatusParts): json!({ "status": "needs_configuration" }),
        update_configuration(ConnectorUpdateConfigurationParts): json!({ "configuration": { "host": field } }),
        update_configuration(ConnectorUpdateConfigurationParts): json!({ "values": { "host": "db" } }),
        update_status(ConnectorUpdateStatusParts): json!({ "status": "connected" }),
        update_native(ConnectorUpdateNativeParts): json!({ "is_native": true }),
        update_api_key_id(ConnectorUpdateApiKeyIdParts): json!({ "api_key_id": "k", "api_key_secret_id": "s" }),
        update_features(ConnectorUpdateFeaturesParts): json!({ "features": { "incremental_sync": { "enabled": true } } }),
        update_pipeline(ConnectorUpdatePipelineParts): json!({ "pipeline": {
            "extract_binary_content": true, "name": "p", "reduce_whitespace": true, "run_ml_inference": false,
        } }),
        update_scheduling(ConnectorUpdateSchedulingParts): json!({ "scheduling": {
            "full": { "enabled": true, "interval": "0 0 3 * * ?" },
        } }),
        update_filtering(ConnectorUpdateFilteringParts): json!({ "rules": [rule] }),
        update_filtering_validation(ConnectorUpdateFilteringValidationParts): json!({ "validation": {
            "errors": [], "state": "valid",
        } }),
        last_sync(ConnectorLastSyncParts): json!({ "last_sync_status": "completed", "last_sync_error": null }),
        update_error(ConnectorUpdateErrorParts): json!({ "error": "away" }),
    );
    let parts = ConnectorUpdateActiveFilteringParts::ConnectorId("c");
    let activated = client.connector().update_active_filtering(parts).send().await;
    assert_eq!(json(activated, 200).await["result"], "updated");

    let got = client.connector().get(ConnectorGetParts::ConnectorId("c")).send().await;
    let got = json(got, 200).await;
    for (field, value) in [
        ("name", json!("C")),
        ("status", json!("error")),
        ("is_native", json!(true)),
        ("last_sync_status", json!("completed")),
        ("error", json!("away")),
    ] {
        assert_eq!(got[field], value, "{field}");
    }
    assert_eq!(got["configuration"]["host"]["value"], "db");
    assert_eq!(got["filtering"][0]["active"]["rules"][0]["id"], "a");
    let parts = ConnectorUpdateStatusParts::ConnectorId("c");
    let refused =
        client.connector().update_status(parts).body(json!({ "status": "created" })).send().await.unwrap();
    let error = refused.exception().await.unwrap().expect("an exception that the client understands");
    assert_eq!((error.status(), error.error().ty()), (Some(400), Some("status_exception")));
}

#[tokio::test]
async fn sync_jobs() {
    let server = Server::start("memory:");
    let client = client(&server);
    let body = json!({ "index_name": "search-c", "service_type": "s3" });
    json(client.connector().put(ConnectorPutParts::ConnectorId("c")).body(body).send().await, 201).await;
    let (job, second) = (new_job(&client, "full").await, new_job(&client, "incremental").await);

    let list = client.connector();
    let listed =
        list.sync_job_list().status("pending").connector_id("c").job_type(&["full", "incremental"]).size(1);
    let listed = json(listed.send().await, 200).await;
    assert_eq!((&listed["count"], &listed["results"][0]["id"]), (&json!(2), &json!(job)));

    let claim = json!({ "worker_hostname": "w", "sync_cursor": { "page": 1 } });
    let id = ConnectorSyncJobClaimParts::ConnectorSyncJobId(&job);
    assert_eq!(
        json(client.connector().sync_job_claim(id).body(claim).send().await, 200).await["result"],
        "updated"
    );
    let id = ConnectorSyncJobCheckInParts::ConnectorSyncJobId(&job);
    json(client.connector().sync_job_check_in(id).send().await, 200).await;
    let counts =
        json!({ "deleted_document_count": 1, "indexed_document_count": 2, "indexed_document_volume": 3 });
    let id = ConnectorSyncJobUpdateStatsParts::ConnectorSyncJobId(&job);
    json(client.connector().sync_job_update_stats(id).body(counts).send().await, 200).await;
    let id = ConnectorSyncJobErrorParts::ConnectorSyncJobId(&job);
    json(client.connector().sync_job_error(id).body(json!({ "error": "away" })).send().await, 200).await;
    let got =
        client.connector().sync_job_get(ConnectorSyncJobGetParts::ConnectorSyncJobId(&job)).send().await;
    let got = json(got, 200).await;
    assert_eq!((&got["status"], &got["indexed_document_count"]), (&json!("error"), &json!(2)));
    assert_eq!(got["connector"]["sync_cursor"]["page"], 1);

    let namespace = client.connector();
    let cancel =
        || namespace.sync_job_cancel(ConnectorSyncJobCancelParts::ConnectorSyncJobId(&second)).send();
    json(cancel().await, 200).await;
    let refused = json(cancel().await, 400).await;
    assert_eq!(refused["error"]["type"], "status_exception");
    let id = ConnectorSyncJobDeleteParts::ConnectorSyncJobId(&second);
    json(client.connector().sync_job_delete(id).send().await, 200).await;
    let id = ConnectorSyncJobGetParts::ConnectorSyncJobId(&second);
    json(client.connector().sync_job_get(id).send().await, 404).await;
}
