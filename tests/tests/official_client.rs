//! The official Rust client, unmodified, for every call that it has of these APIs.
#![allow(missing_docs, reason = "a test")]

use elasticsearch::Elasticsearch;
use elasticsearch::connector::{
    ConnectorCheckInParts, ConnectorDeleteParts, ConnectorGetParts, ConnectorPutParts,
    ConnectorSyncJobCancelParts, ConnectorSyncJobCheckInParts, ConnectorSyncJobClaimParts,
    ConnectorSyncJobDeleteParts, ConnectorSyncJobErrorParts, ConnectorSyncJobGetParts,
    ConnectorSyncJobUpdateStatsParts,
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
