//! The audit of the binary: its lines, and what becomes of a file that cannot be written.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use tributary_tests::{Answer, Launch, Server, Signal, folder, wait_until};

/// Base64 of `admin:` and a secret.
const ADMIN: &str = "YWRtaW46dG9wLXNlY3JldC1vZi10aGUtYWRtaW5pc3RyYXRvcg==";
const ADMIN_SECRET: &str = "top-secret-of-the-administrator";
const SENSITIVE: &str = "a-password-that-nobody-may-see";

/// A service with security on, and its folder with the audit.
struct Audited {
    server: Server,
    folder: TempDir,
}

impl Audited {
    fn start(arguments: &[&str]) -> Self {
        let folder = folder();
        let key = folder.path().join("key");
        fs::write(&key, ADMIN).unwrap();
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        let launch = Launch::over("memory:")
            .arguments(["--security", "on", "--log", "debug"])
            .variable("TRIBUTARY_ADMIN_KEY_FILE", &key)
            .variable("TRIBUTARY_AUDIT", path(&folder))
            .arguments(arguments);
        Self { server: launch.start(), folder }
    }

    fn path(&self) -> PathBuf {
        path(&self.folder)
    }

    fn send(&self, key: &str, method: &str, target: &str, body: &Value) -> Answer {
        let authorization = format!("ApiKey {key}");
        let headers = [
            ("Authorization", authorization.as_str()),
            ("Content-Type", "application/json"),
            ("X-Opaque-Id", "client-7"),
        ];
        let body = body.to_string();
        self.server.answer_to(method, target, &headers, (body != "null").then_some(body.as_bytes()))
    }

    /// The encoded form of a new key with these privileges, and its secret.
    fn create_key(&self, role: &Value) -> [String; 2] {
        let body = json!({ "name": "a key", "role_descriptors": { "role": role } });
        let created = self.send(ADMIN, "POST", "/_security/api_key", &body).expect(200).json();
        ["encoded", "api_key"].map(|name| created[name].as_str().unwrap().to_owned())
    }

    /// The lines, once there are that many.
    fn lines(&self, number: usize) -> Vec<Value> {
        lines(&self.path(), number)
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("logs/audit.json")
}

fn lines(path: &Path, number: usize) -> Vec<Value> {
    let read = || fs::read_to_string(path).unwrap_or_default();
    wait_until("the lines are written", || read().lines().count() >= number);
    let lines: Vec<Value> = read().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), number, "{lines:#?}");
    lines
}

#[test]
fn each_change_and_each_refusal_is_a_line() {
    let audited = Audited::start(&[]);
    let [worker, _] = audited.create_key(&json!({
        "cluster": ["work_connector"],
        "applications": [{ "application": "tributary", "privileges": ["*"], "resources": ["connector:wiki-*"] }],
    }));
    let connector = json!({ "name": "db", "service_type": "postgresql", "index_name": "search-db" });
    let _ = audited.send(ADMIN, "PUT", "/_connector/db", &connector).expect(201);
    let job =
        audited.send(ADMIN, "POST", "/_connector/_sync_job", &json!({ "id": "db", "job_type": "full" }));
    let job = job.expect(201).id();
    let _ = audited.send(ADMIN, "GET", "/_connector/db", &Value::Null).expect(200);
    let _ = audited.send(ADMIN, "PUT", "/_connector/missing/_name", &json!({ "name": "a" })).expect(404);
    let _ = audited.send(&worker, "PUT", "/_connector/db/_name", &json!({ "name": "a" })).expect(403);
    let _ = audited.send(&worker, "PUT", "/_connector/db/_check_in", &Value::Null).expect(404);
    let _ = audited.send(&worker, "GET", "/_connector/db", &Value::Null).expect(404);
    let _ = audited.server.get("/_connector").expect(401);
    let canceled =
        audited.send(ADMIN, "POST", "/_connector/_sync_job/_cancel_by_query?connector_id=db", &Value::Null);
    let _ = canceled.expect(200);
    let all = json!({ "name": "a key" });
    let _ = audited.send(ADMIN, "DELETE", "/_security/api_key", &all).expect(200);
    let _ = audited.send(&worker, "GET", "/_connector", &Value::Null).expect(401);

    let lines = audited.lines(11);
    let told: Vec<String> = lines
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            let ids = line["document.ids"].to_string().replace(&job, "JOB");
            format!(
                "{} {} {} {} {} {ids}",
                text("event.action"),
                text("event.outcome"),
                line["http.response.status_code"],
                text("user.name"),
                text("document.collection"),
            )
        })
        .collect();
    let key = lines[0]["document.ids"].to_string();
    assert_eq!(
        told,
        [
            &format!("security.create_api_key success 200 admin api_keys {key}"),
            r#"connector.put success 201 admin connectors ["db"]"#,
            r#"connector.sync_job_post success 201 admin sync_jobs ["JOB"]"#,
            "connector.update_name failure 404 admin - null",
            "connector.update_name denied 403 admin - null",
            "connector.check_in denied 404 admin - null",
            "connector.get denied 404 admin - null",
            "connector.list denied 401 - - null",
            r#"connector.sync_job_cancel_by_query success 200 admin sync_jobs ["JOB"]"#,
            &format!("security.invalidate_api_key success 200 admin api_keys {key}"),
            "connector.list denied 401 - - null",
        ]
    );
    assert_eq!(lines[4]["apikey.id"], lines[0]["document.ids"][0]);
    assert_eq!(lines[4]["apikey.name"], "a key");
    assert_eq!(lines[10]["apikey.id"], lines[4]["apikey.id"], "one that does not work any more");
    assert_eq!(lines[8]["url.query"], "connector_id=db");
    assert_eq!(lines[8]["document.count"], 1);
    for line in &lines[..7] {
        assert_eq!(line["opaque_id"], "client-7");
        assert!(line["origin.address"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
        assert!(line["event.duration"].as_u64().unwrap() > 0, "{line}");
    }
    audited.server.stop();
}

#[test]
fn nothing_sensitive_is_in_the_audit_or_in_the_log() {
    let audited = Audited::start(&["--audit-reads"]);
    let [key, secret] = audited.create_key(&json!({ "cluster": ["manage"] }));
    let connector = json!({ "name": "db", "service_type": "postgresql" });
    let _ = audited.send(&key, "PUT", "/_connector/db", &connector).expect(201);
    let field = json!({ "label": "Password", "sensitive": true, "type": "str", "value": SENSITIVE });
    let configuration = json!({ "configuration": { "password": field } });
    let _ = audited.send(&key, "PUT", "/_connector/db/_configuration", &configuration).expect(200);
    let values = json!({ "values": { "password": SENSITIVE } });
    let _ = audited.send(&key, "PUT", "/_connector/db/_configuration", &values).expect(200);
    let _ = audited
        .send(&key, "PUT", "/_connector/db/_configuration", &json!({ "values": { "x": SENSITIVE } }))
        .expect(400);
    let _ = audited.send(&key, "PUT", "/_connector/db/_name", &json!({ SENSITIVE: SENSITIVE })).expect(400);
    let _ = audited.send("d3Jvbmc6d3Jvbmc=", "GET", "/_connector", &json!({ "a": SENSITIVE })).expect(401);
    let _ = audited.send(&key, "GET", "/_connector/db", &Value::Null).expect(200);
    let _ = audited.lines(8);
    let said = format!("{}{}", fs::read_to_string(audited.path()).unwrap(), audited.server.log());
    for hidden in [SENSITIVE, ADMIN, ADMIN_SECRET, key.as_str(), secret.as_str(), "d3Jvbmc6d3Jvbmc="] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
    audited.server.stop();
}

#[test]
fn a_file_that_is_moved_or_whose_folder_is_removed_loses_nothing() {
    let audited = Audited::start(&[]);
    let create = |id: &str| audited.send(ADMIN, "PUT", &format!("/_connector/{id}"), &json!({})).expect(201);
    let _ = create("one");
    let _ = audited.lines(1);
    let moved = audited.path().with_extension("old");
    fs::rename(audited.path(), &moved).unwrap();
    audited.server.signal(Signal::HUP);
    wait_until("the file is made anew", || audited.path().exists());
    let _ = create("two");
    assert_eq!(audited.lines(1)[0]["document.ids"], json!(["two"]));
    assert_eq!(lines(&moved, 1)[0]["document.ids"], json!(["one"]));
    fs::remove_dir_all(audited.path().parent().unwrap()).unwrap();
    let _ = create("three");
    wait_until("the log says so", || audited.server.log().contains("the audit cannot be written"));
    let _ = create("four");
    fs::create_dir(audited.path().parent().unwrap()).unwrap();
    let lines = audited.lines(2);
    assert_eq!([&lines[0]["document.ids"], &lines[1]["document.ids"]], [&json!(["three"]), &json!(["four"])]);
    wait_until("the log says so", || audited.server.log().contains("the audit is written again"));
    audited.server.stop();
}

#[test]
fn a_full_disk_is_told_and_requests_go_on() {
    let mut server = Launch::over("memory:").arguments(["--audit", "/dev/full"]).start();
    let _ = server.put("/_connector/one", "").expect(201);
    wait_until("the log says so", || server.log().contains("the audit cannot be written"));
    let _ = server.put("/_connector/two", "").expect(201);
    server.terminate();
    let ended = server.wait();
    assert!(ended.status.success(), "{ended:#?}");
    assert!(
        ended.log.contains("lines of the audit are lost") && ended.log.contains("lines=2"),
        "{}",
        ended.log
    );

    Launch::over("memory:")
        .arguments(["--audit", "/nowhere/audit"])
        .finish()
        .gave_up_naming(&["--audit", "/nowhere/audit"]);
}

#[test]
fn the_log_has_the_audit_with_security_on_unless_it_is_filtered() {
    let server = Launch::over("memory:").arguments(["--log", "warn,audit=info", "--audit", "log"]).start();
    let _ = server.put("/_connector/one", "").expect(201);
    wait_until("the line is written", || server.log().contains(r#""event.action":"connector.put""#));
    assert!(server.log().contains(" audit: {"), "{}", server.log());
    server.stop();
    let server = Server::start("memory:");
    let _ = server.put("/_connector/one", "").expect(201);
    assert!(!server.log().contains("event.action"), "security is off: {}", server.log());
    server.stop();
}
