//! The scenario of the Rust client.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use elasticsearch::Elasticsearch;
use elasticsearch::auth::Credentials;
use elasticsearch::cert::{Certificate, CertificateValidation};
use elasticsearch::connector::{
    ConnectorCheckInParts, ConnectorDeleteParts, ConnectorGetParts, ConnectorLastSyncParts,
    ConnectorPutParts, ConnectorSecretDeleteParts, ConnectorSecretGetParts, ConnectorSecretPutParts,
    ConnectorSyncJobCancelParts, ConnectorSyncJobCheckInParts, ConnectorSyncJobClaimParts,
    ConnectorSyncJobDeleteParts, ConnectorSyncJobErrorParts, ConnectorSyncJobGetParts,
    ConnectorSyncJobUpdateStatsParts, ConnectorUpdateActiveFilteringParts, ConnectorUpdateApiKeyIdParts,
    ConnectorUpdateConfigurationParts, ConnectorUpdateErrorParts, ConnectorUpdateFeaturesParts,
    ConnectorUpdateFilteringParts, ConnectorUpdateFilteringValidationParts, ConnectorUpdateIndexNameParts,
    ConnectorUpdateNameParts, ConnectorUpdateNativeParts, ConnectorUpdatePipelineParts,
    ConnectorUpdateSchedulingParts, ConnectorUpdateServiceTypeParts, ConnectorUpdateStatusParts,
};
use elasticsearch::http::response::Response;
use elasticsearch::http::transport::{SingleNodeConnectionPool, Transport, TransportBuilder};
use elasticsearch::security::SecurityHasPrivilegesParts;
use serde_json::{Value, json};

use crate::Outcome;

const C: &str = "c";

/// With the certificate authority and an API key.
fn transport(url: &str, ca: Option<&[u8]>, key: Credentials) -> Transport {
    let pool = SingleNodeConnectionPool::new(url.parse().expect("a URL"));
    let mut builder = TransportBuilder::new(pool);
    if let Some(ca) = ca {
        let ca = Certificate::from_pem(ca).expect("a certificate");
        builder = builder.cert_validation(CertificateValidation::Full(ca));
    }
    builder.auth(key).build().expect("a transport")
}

/// Calls every method of connectors, and those of API keys.
pub(crate) fn play(url: &str, ca: Option<&[u8]>, key: &str) -> Outcome {
    let mut output = methods().join("\nhas ");
    output.insert_str(0, "has ");
    output.push('\n');
    let with = |key: Credentials| Elasticsearch::new(transport(url, ca, key));
    let client = with(Credentials::EncodedApiKey(key.to_owned()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        connectors(&client, &mut output).await;
        changes(&client, &mut output).await;
        filtering(&client, &mut output).await;
        sync_jobs(&client, &mut output).await;
        secrets(&client, &mut output).await;
        api_keys(&client, with).await;
    });
    Outcome::read(&output)
}

/// The methods of the client, extracted from its source.
fn methods() -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().expect("there are packages");
    let client = packages.iter().find(|package| package["name"] == "elasticsearch").expect("it is used here");
    let manifest = std::path::Path::new(client["manifest_path"].as_str().expect("a path"));
    let source = std::fs::read_to_string(manifest.with_file_name("src").join("connector.rs"))
        .expect("the source of the client");
    let (_, namespace) = source.split_once("impl<'a> Connector<'a> {").expect("the methods of the namespace");
    let (namespace, _) = namespace.split_once("\n}").expect("their end");
    let methods = namespace.lines().filter_map(|line| line.trim().strip_prefix("pub fn "));
    // The others construct a client and are not part of the API.
    methods.filter_map(|method| method.split_once("<'b>(")).map(|(name, _)| name.to_owned()).collect()
}

async fn json(response: Result<Response, elasticsearch::Error>, status: u16) -> Value {
    let response = response.unwrap();
    assert_eq!(response.headers()["x-elastic-product"], "Elasticsearch");
    let answered = response.status_code().as_u16();
    let body = response.json::<Value>().await.unwrap();
    assert_eq!(answered, status, "{body}");
    body
}

/// An error, as the client parses it.
async fn refused(response: Result<Response, elasticsearch::Error>, status: u16, error_type: &str) {
    let error = response.unwrap().exception().await.unwrap().expect("an exception that the client reads");
    assert_eq!((error.status(), error.error().ty()), (Some(status), Some(error_type)));
}

/// Calls a method of the namespace, checks the status, and records the call.
macro_rules! call {
    ($client:expr, $output:expr, $status:literal, $method:ident($($parts:expr)?) $($rest:tt)*) => {{
        let answer = $client.connector().$method($($parts)?)$($rest)*.send().await;
        let answer = json(answer, $status).await;
        $output.push_str(concat!("called ", stringify!($method), "\n"));
        answer
    }};
}

/// Sends each change of the connector with its body, and checks that it is applied.
macro_rules! change_each {
    ($client:expr, $output:expr, $($method:ident($parts:ident): $body:expr),* $(,)?) => {$(
        let changed = call!($client, $output, 200, $method($parts::ConnectorId(C)).body($body));
        assert_eq!(changed, json!({ "result": "updated" }), stringify!($method));
    )*};
}

async fn stored(client: &Elasticsearch) -> Value {
    json(client.connector().get(ConnectorGetParts::ConnectorId(C)).send().await, 200).await
}

fn check(document: &Value, expected: &[(&str, Value)]) {
    for (path, value) in expected {
        assert_eq!(document.pointer(path), Some(value), "{path} in {document:#}");
    }
}

async fn connectors(client: &Elasticsearch, output: &mut String) {
    let info = json(client.info().send().await, 200).await;
    assert_eq!(info["tagline"], "You Know, for Search");
    let body = json!({ "index_name": "search-c", "service_type": "s3", "name": "C", "language": "en" });
    let put = call!(client, output, 201, put(ConnectorPutParts::ConnectorId(C)).body(body));
    assert_eq!(put, json!({ "result": "created", "id": C }));
    let posted = call!(client, output, 201, post().body(json!({ "name": "D", "description": "two" })));
    let other = posted["id"].as_str().unwrap();
    let listed = call!(client, output, 200, list().from(0).size(10));
    check(&listed, &[("/count", json!(2)), ("/results/0/id", json!(C)), ("/results/1/id", json!(other))]);
    for found in [
        call!(client, output, 200, list().service_type(&["s3", "mysql"]).query("earch")),
        call!(client, output, 200, list().index_name(&["search-c", "search-x"])),
        call!(client, output, 200, list().connector_name(&["C"]).filter_path(&["count", "results.id"])),
    ] {
        check(&found, &[("/count", json!(1)), ("/results/0/id", json!(C))]);
    }
    let deleted =
        call!(client, output, 200, delete(ConnectorDeleteParts::ConnectorId(other)).delete_sync_jobs(true));
    assert_eq!(deleted, json!({ "acknowledged": true }));
    let missing = client.connector().get(ConnectorGetParts::ConnectorId(other)).send().await;
    refused(missing, 404, "resource_not_found_exception").await;
    let got = call!(client, output, 200, get(ConnectorGetParts::ConnectorId(C)).pretty(true).human(true));
    check(&got, &[("/name", json!("C")), ("/language", json!("en")), ("/status", json!("created"))]);
}

async fn changes(client: &Elasticsearch, output: &mut String) {
    let checked = call!(client, output, 200, check_in(ConnectorCheckInParts::ConnectorId(C)));
    assert_eq!(checked, json!({ "result": "updated" }));
    let field = json!({
        "label": "Host", "value": "", "type": "str", "display": "textbox", "required": true, "sensitive": false,
        "depends_on": [], "options": [], "default_value": null, "validations": [], "tooltip": null,
    });
    let features = json!({
        "document_level_security": { "enabled": true },
        "native_connector_api_keys": { "enabled": true },
        "sync_rules": { "advanced": { "enabled": false }, "basic": { "enabled": true } },
    });
    let pipeline = json!({
        "extract_binary_content": true, "name": "p", "reduce_whitespace": true, "run_ml_inference": false,
    });
    let full = json!({ "enabled": true, "interval": "0 0 3 * * ?" });
    let last_sync = json!({
        "last_sync_status": "completed", "last_indexed_document_count": 42, "sync_cursor": { "page": 1 },
    });
    change_each!(
        client,
        output,
        update_name(ConnectorUpdateNameParts): json!({ "name": "New", "description": "one" }),
        update_service_type(ConnectorUpdateServiceTypeParts): json!({ "service_type": "mysql" }),
        update_index_name(ConnectorUpdateIndexNameParts): json!({ "index_name": "content-c" }),
        update_status(ConnectorUpdateStatusParts): json!({ "status": "needs_configuration" }),
        update_configuration(ConnectorUpdateConfigurationParts): json!({ "configuration": { "host": field } }),
        update_configuration(ConnectorUpdateConfigurationParts): json!({ "values": { "host": "db" } }),
        update_status(ConnectorUpdateStatusParts): json!({ "status": "connected" }),
        update_native(ConnectorUpdateNativeParts): json!({ "is_native": true }),
        update_api_key_id(ConnectorUpdateApiKeyIdParts): json!({ "api_key_id": "k", "api_key_secret_id": "s" }),
        update_features(ConnectorUpdateFeaturesParts): json!({ "features": features }),
        update_pipeline(ConnectorUpdatePipelineParts): json!({ "pipeline": pipeline }),
        update_scheduling(ConnectorUpdateSchedulingParts): json!({ "scheduling": { "full": full } }),
        last_sync(ConnectorLastSyncParts): last_sync,
        update_error(ConnectorUpdateErrorParts): json!({ "error": "away" }),
    );
    let got = stored(client).await;
    check(
        &got,
        &[
            ("/name", json!("New")),
            ("/description", json!("one")),
            ("/service_type", json!("mysql")),
            ("/index_name", json!("content-c")),
            ("/status", json!("error")),
            ("/error", json!("away")),
            ("/is_native", json!(true)),
            ("/api_key_id", json!("k")),
            ("/api_key_secret_id", json!("s")),
            ("/configuration/host/value", json!("db")),
            ("/features", features),
            ("/pipeline", pipeline),
            ("/scheduling/full", full),
            ("/scheduling/incremental/enabled", json!(false)),
            ("/last_sync_status", json!("completed")),
            ("/last_indexed_document_count", json!(42)),
            ("/sync_cursor/page", json!(1)),
        ],
    );
    assert!(got["last_seen"].is_string(), "{got}");
    let body = json!({ "status": "created" });
    let parts = ConnectorUpdateStatusParts::ConnectorId(C);
    let created = client.connector().update_status(parts).body(body).send().await;
    refused(created, 400, "status_exception").await;
}

async fn filtering(client: &Elasticsearch, output: &mut String) {
    let rule = json!({
        "id": "a", "field": "name", "policy": "exclude", "rule": "<", "value": "x", "order": 0,
    });
    change_each!(
        client,
        output,
        update_filtering(ConnectorUpdateFilteringParts): json!({ "rules": [rule] }),
    );
    let draft = stored(client).await["filtering"][0]["draft"].clone();
    check(&draft, &[("/rules/0/rule", json!("<")), ("/validation/state", json!("edited"))]);
    let parts = ConnectorUpdateActiveFilteringParts::ConnectorId(C);
    refused(client.connector().update_active_filtering(parts).send().await, 400, "status_exception").await;
    change_each!(
        client,
        output,
        update_filtering_validation(ConnectorUpdateFilteringValidationParts): json!({ "validation": {
            "errors": [], "state": "valid",
        } }),
    );
    let parts = ConnectorUpdateActiveFilteringParts::ConnectorId(C);
    let activated = call!(client, output, 200, update_active_filtering(parts));
    assert_eq!(activated, json!({ "result": "updated" }));
    check(&stored(client).await, &[("/filtering/0/active/rules/0/id", json!("a"))]);
}

async fn sync_jobs(client: &Elasticsearch, output: &mut String) {
    let body = |job_type: &str| json!({ "id": C, "job_type": job_type, "trigger_method": "scheduled" });
    let job = call!(client, output, 201, sync_job_post().body(body("full")));
    let second = call!(client, output, 201, sync_job_post().body(body("incremental")));
    let (job, second) = (job["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    let listed = call!(
        client,
        output,
        200,
        sync_job_list().status("pending").connector_id(C).job_type(&["full", "incremental"]).size(1)
    );
    check(&listed, &[("/count", json!(2)), ("/results/0/id", json!(job))]);
    let rest = call!(client, output, 200, sync_job_list().from(1));
    check(&rest, &[("/count", json!(2)), ("/results/0/id", json!(second))]);

    let claim = json!({ "worker_hostname": "w", "sync_cursor": { "page": 1 } });
    let id = || ConnectorSyncJobClaimParts::ConnectorSyncJobId(job);
    let claimed = call!(client, output, 200, sync_job_claim(id()).body(claim));
    assert_eq!(claimed["result"], "updated");
    let lost = client.connector().sync_job_claim(id()).body(json!({ "worker_hostname": "v" })).send().await;
    refused(lost, 409, "version_conflict_engine_exception").await;
    call!(client, output, 200, sync_job_check_in(ConnectorSyncJobCheckInParts::ConnectorSyncJobId(job)));
    let counts = json!({
        "deleted_document_count": 1, "indexed_document_count": 2, "indexed_document_volume": 3,
        "total_document_count": 5, "metadata": { "a": { "b": 1 } },
    });
    let id = ConnectorSyncJobUpdateStatsParts::ConnectorSyncJobId(job);
    call!(client, output, 200, sync_job_update_stats(id).body(counts));
    let id = ConnectorSyncJobErrorParts::ConnectorSyncJobId(job);
    call!(client, output, 200, sync_job_error(id).body(json!({ "error": "away" })));
    let got = call!(client, output, 200, sync_job_get(ConnectorSyncJobGetParts::ConnectorSyncJobId(job)));
    check(
        &got,
        &[
            ("/status", json!("error")),
            ("/error", json!("away")),
            ("/worker_hostname", json!("w")),
            ("/deleted_document_count", json!(1)),
            ("/indexed_document_count", json!(2)),
            ("/indexed_document_volume", json!(3)),
            ("/total_document_count", json!(5)),
            ("/metadata/a/b", json!(1)),
            ("/connector/id", json!(C)),
            ("/connector/configuration/host/value", json!("db")),
            ("/connector/sync_cursor/page", json!(1)),
        ],
    );

    let id = || ConnectorSyncJobCancelParts::ConnectorSyncJobId(second);
    call!(client, output, 200, sync_job_cancel(id()));
    refused(client.connector().sync_job_cancel(id()).send().await, 400, "status_exception").await;
    let id = ConnectorSyncJobDeleteParts::ConnectorSyncJobId(second);
    let deleted = call!(client, output, 200, sync_job_delete(id));
    assert_eq!(deleted, json!({ "acknowledged": true }));
    let id = ConnectorSyncJobGetParts::ConnectorSyncJobId(second);
    refused(client.connector().sync_job_get(id).send().await, 404, "resource_not_found_exception").await;
}

async fn secrets(client: &Elasticsearch, output: &mut String) {
    let posted = call!(client, output, 201, secret_post().body(json!({ "value": "one" })));
    let id = posted["id"].as_str().unwrap();
    let got = call!(client, output, 200, secret_get(ConnectorSecretGetParts::Id(id)));
    assert_eq!(got, json!({ "id": id, "value": "one" }));
    let put = ConnectorSecretPutParts::Id(id);
    let put = call!(client, output, 200, secret_put(put).body(json!({ "value": "two" })));
    assert_eq!(put["result"], "updated");
    let got = call!(client, output, 200, secret_get(ConnectorSecretGetParts::Id(id)));
    assert_eq!(got["value"], "two");
    let deleted = call!(client, output, 200, secret_delete(ConnectorSecretDeleteParts::Id(id)));
    assert_eq!(deleted, json!({ "deleted": true }));
}

async fn api_keys(client: &Elasticsearch, with: impl Fn(Credentials) -> Elasticsearch) {
    let security = client.security();
    let manager = json(security.authenticate().send().await, 200).await;
    check(&manager, &[("/username", json!("admin")), ("/api_key/name", json!("manager"))]);
    let roles = json!({ "reads": { "cluster": ["monitor", "monitor_connector"] } });
    let body = json!({
        "name": "reader", "expiration": "1d", "role_descriptors": roles, "metadata": { "team": "search" },
    });
    let made = json(security.create_api_key().body(body).send().await, 200).await;
    let text = |field: &str| made[field].as_str().expect(field).to_owned();
    let (id, secret, encoded) = (text("id"), text("api_key"), text("encoded"));
    assert_eq!(
        (text("name"), &encoded),
        ("reader".to_owned(), &BASE64_STANDARD.encode(format!("{id}:{secret}")))
    );
    let readers = [Credentials::EncodedApiKey(encoded), Credentials::ApiKey(id.clone(), secret)].map(with);
    for reader in &readers {
        let caller = json(reader.security().authenticate().send().await, 200).await;
        check(&caller, &[("/username", json!("admin")), ("/api_key/id", json!(id))]);
        check(&stored(reader).await, &[("/id", json!(C))]);
        let parts = ConnectorUpdateNameParts::ConnectorId(C);
        let named = reader.connector().update_name(parts).body(json!({ "name": "X" })).send().await;
        refused(named, 403, "security_exception").await;
    }
    let asked = json!({
        "cluster": ["monitor", "manage_connector"],
        "application": [{
            "application": "tributary", "privileges": ["monitor_connector"], "resources": ["connector:c"],
        }],
    });
    let held =
        readers[0].security().has_privileges(SecurityHasPrivilegesParts::None).body(asked).send().await;
    let expected = json!({
        "username": "admin", "has_all_requested": false, "index": {},
        "cluster": { "monitor": true, "manage_connector": false },
        "application": { "tributary": { "connector:c": { "monitor_connector": true } } },
    });
    assert_eq!(json(held, 200).await, expected);

    let found = json(security.get_api_key().id(&id).send().await, 200).await;
    check(
        &found,
        &[
            ("/api_keys/0/name", json!("reader")),
            ("/api_keys/0/type", json!("rest")),
            ("/api_keys/0/invalidated", json!(false)),
            ("/api_keys/0/expiration", made["expiration"].clone()),
            ("/api_keys/0/metadata", json!({ "team": "search" })),
            ("/api_keys/0/role_descriptors/reads/cluster", json!(["monitor", "monitor_connector"])),
        ],
    );
    let gone = json(security.invalidate_api_key().body(json!({ "ids": [id] })).send().await, 200).await;
    let expected =
        json!({ "invalidated_api_keys": [id], "previously_invalidated_api_keys": [], "error_count": 0 });
    assert_eq!(gone, expected);
    for reader in &readers {
        refused(reader.connector().list().send().await, 401, "security_exception").await;
    }
    let found = json(security.get_api_key().id(&id).send().await, 200).await;
    check(&found, &[("/api_keys/0/invalidated", json!(true))]);
}
