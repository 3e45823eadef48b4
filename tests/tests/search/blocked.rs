//! An engine that is read-only, or denies the service access.

use serde_json::json;
use tributary_engines::{Distribution, Endpoint, Engine, EngineOptions, selected, shared};
use tributary_tests::{Answer, Launch, Scenario, Server, wait_until};

use crate::{JOBS, opensearch, over};

#[test]
fn a_read_only_index_is_reported_until_the_block_is_lifted() {
    if !selected("opensearch") {
        return;
    }
    let engine = shared(opensearch()).unwrap();
    let prefix = format!("blocks-{}-", std::process::id());
    let server = over(engine, &prefix).start();
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    Scenario(&server).connector("c");
    let job = Scenario(&server).job("c", "full");
    let claim = || server.put(&format!("{JOBS}/{job}/_claim"), r#"{"worker_hostname":"w"}"#);
    for (number, block) in ["read_only_allow_delete", "write"].into_iter().enumerate() {
        let set = |value: serde_json::Value| {
            let settings = json!({ format!("index.blocks.{block}"): value }).to_string();
            let path = format!("/{prefix}.elastic-connectors-sync-jobs-v1/_settings");
            engine.send("PUT", &path, settings).unwrap();
        };
        let before = server.get(&format!("{JOBS}/{job}")).expect(200).body;
        // The engine removes its disk-full block periodically, since the disk is not full.
        wait_until("it is told", || {
            set(true.into());
            let answer = server.send("POST", JOBS, r#"{"id":"c"}"#);
            if answer.status == 201 {
                let _ = server.call("DELETE", &format!("{JOBS}/{}", answer.id()));
                return false;
            }
            answer.refused_naming(503, &["takes no changes", "block"]);
            assert_eq!(answer.json()["error"]["type"], "cluster_block_exception");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
            true
        });
        if block == "write" {
            claim().refused_naming(503, &["takes no changes"]);
        }
        // Reads and health checks continue to work.
        assert_eq!(server.list(JOBS).count, 1 + number);
        assert_eq!(server.get(&format!("{JOBS}/{job}")).expect(200).body, before);
        let _ = server.get("/_health/ready").expect(200);
        set(serde_json::Value::Null);
        let _ = claim().expect(200);
        Scenario(&server).job("c", "full");
    }
}

#[test]
fn an_index_that_was_removed_is_created_again_by_the_first_request() {
    if !selected("opensearch") {
        return;
    }
    let engine = shared(opensearch()).unwrap();
    let prefix = format!("removed-{}-", std::process::id());
    let index = format!("{prefix}.elastic-connectors-sync-jobs-v1");
    let server = over(engine, &prefix).start();
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    Scenario(&server).connector("c");
    for is_read_first in [true, false] {
        Scenario(&server).job("c", "full");
        engine.send("DELETE", &format!("/{index}"), "").unwrap();
        if is_read_first {
            assert_eq!(server.list(JOBS).count, 0);
        } else {
            // The engine must not create the index implicitly, with a guessed mapping.
            Scenario(&server).job("c", "full");
            assert_eq!(server.list(&format!("{JOBS}?status=pending")).count, 1);
        }
        let described = engine.send("GET", &format!("/{index}/_mapping"), "").unwrap();
        assert_eq!(described[&index]["mappings"]["dynamic"], "false", "{described}");
    }
}

/// A user of an engine, defined in its files: the index in which the engine normally stores users cannot be created in
/// this distribution.
struct User<'e> {
    engine: &'e Engine,
    indices: String,
}

const PREFIX: &str = "denied-";
const NAME: &str = "reader";
const PASSWORD: &str = "right-password";
/// The engine's hash of that password, and of another one.
const RIGHT: &str = "$2a$04$Vfi5zPLzeZrvKKxMGOxuIuz1j7FOcfPDeBQa1poZpYh0Tmx8NNqE.";
const ANOTHER: &str = "$2a$04$Vfi5zPLzeZrvKKxMGOxuIu7/ioG.w/geSjTXbFo3DOWxGxu4uxVva";

impl User<'_> {
    fn write(&self, file: &str, text: String) {
        std::fs::write(self.engine.folder().join("configuration").join(file), text).unwrap();
    }

    fn is_allowed(&self, cluster: &[&str], indices: &[&str]) {
        let role = json!({
            "cluster": cluster,
            "indices": [{ "names": [self.indices], "privileges": indices }],
        });
        // JSON is valid YAML.
        self.write("roles.yml", json!({ "a-role": role }).to_string());
        self.write("users_roles", format!("a-role:{NAME}\n"));
    }

    fn has_password(&self, kept: &str) {
        self.write("users", format!("{NAME}:{kept}\n"));
    }
}

/// A service that signs in as a user.
fn as_user(engine: &Endpoint, user: &str, password: &str) -> Launch {
    Launch::over(&format!("elasticsearch:{}", engine.url))
        .variable("TRIBUTARY_ELASTICSEARCH_INDEX_PREFIX", PREFIX)
        .variable("TRIBUTARY_ELASTICSEARCH_USER", user)
        .variable("TRIBUTARY_ELASTICSEARCH_PASSWORD", password)
}

/// Whether the engine accepts the user.
fn knows(engine: &Endpoint, password: &str) -> bool {
    let mut as_user = engine.clone();
    (as_user.user, as_user.password) = (Some(NAME.to_owned()), Some(password.to_owned()));
    as_user.send("GET", "/_nodes?filter_path=nodes.*.version", "").is_ok()
}

/// Checks that the service reports denied access, without the engine's message.
fn is_denied(answer: &Answer) {
    answer.refused_naming(503, &["does not let this service in"]);
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

#[test]
fn missing_permissions_are_reported() {
    if !selected("elasticsearch") {
        return;
    }
    let distribution = Distribution::of_backend("elasticsearch").unwrap();
    let settings = vec![("resource.reload.interval.high".to_owned(), "500ms".to_owned())];
    let engine =
        Engine::start(distribution, &EngineOptions { settings, ..EngineOptions::default() }).unwrap();
    let endpoint = engine.endpoint();
    let (Some(owner), Some(password)) = (&endpoint.user, &endpoint.password) else { panic!("no user") };
    let first = as_user(endpoint, owner, password).start();
    wait_until("it is ready", || first.get("/_health/ready").status == 200);
    Scenario(&first).connector("c");
    let job = Scenario(&first).job("c", "full");
    first.stop();

    let user = User { engine: &engine, indices: format!("{PREFIX}*") };
    user.is_allowed(&["monitor"], &["read", "view_index_metadata"]);
    user.has_password(RIGHT);
    let launch = |password: &str| as_user(endpoint, NAME, password);
    let refused = launch("wrong-password").finish();
    refused.gave_up_naming(&["refuses access", "401", "[password]"]);
    assert!(!refused.log.contains("wrong-password"), "{}", refused.log);
    wait_until("the engine knows the user", || knows(endpoint, PASSWORD));

    let server: Server = launch(PASSWORD).start();
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    assert_eq!(server.list(JOBS).ids(), [job.as_str()]);
    is_denied(&server.send("POST", JOBS, r#"{"id":"c"}"#));
    is_denied(&server.put(&format!("{JOBS}/{job}/_check_in"), ""));
    assert!(server.log().contains("403"), "the log has the cause: {}", server.log());

    // As soon as the user has the permission, the service works.
    user.is_allowed(&["monitor"], &["read", "write", "view_index_metadata", "maintenance"]);
    wait_until("it may write", || server.send("POST", JOBS, r#"{"id":"c"}"#).status == 201);

    user.has_password(ANOTHER);
    wait_until("it is not ready", || server.get("/_health/ready").status == 503);
    is_denied(&server.get(JOBS));
    is_denied(&server.get("/_health/ready"));
    let _ = server.get("/_health/live").expect(200);
    user.has_password(RIGHT);
    wait_until("it is ready again", || server.get("/_health/ready").status == 200);
    assert_eq!(server.list(JOBS).count, 2);
    server.stop();

    // Without permission to read the cluster state, start-up reports it.
    user.is_allowed(&[], &["all"]);
    wait_until("the engine knows it", || !knows(endpoint, PASSWORD));
    launch(PASSWORD).finish().gave_up_naming(&["refuses access", "403", "cluster:monitor/nodes/info"]);
    engine.stop().unwrap();
}
