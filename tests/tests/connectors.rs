//! The connector endpoints of the real binary: create, find, change, delete, create again.
#![allow(missing_docs, reason = "a test")]

use serde_json::json;
use tributary_tests::{Scenario, Server, embedded, folder};

fn check_ids(server: &Server, query: &str, expected: &[&str]) {
    let list = server.list(&format!("/_connector{query}"));
    assert_eq!(list.ids(), expected, "{query}");
    assert_eq!(list.count, expected.len(), "{query}");
}

#[test]
fn are_made_in_three_ways() {
    let server = Server::start("memory:");
    let made = server.put("/_connector/one", r#"{"index_name":"search-b","service_type":"s3"}"#).expect(201);
    assert_eq!(made.json(), json!({ "result": "created", "id": "one" }));
    let again = server.put("/_connector/one", r#"{"name":"One"}"#).expect(200);
    assert_eq!(again.json(), json!({ "result": "updated", "id": "one" }));
    let put = server.put("/_connector", r#"{"index_name":"search-a"}"#).expect(201);
    let posted = server.call("POST", "/_connector").expect(201);
    assert_eq!((&put.json()["result"], &posted.json()["result"]), (&json!("created"), &json!("created")));
    assert_ne!(put.id(), posted.id());

    // By index name, those without one last.
    check_ids(&server, "", &[&put.id(), "one", &posted.id()]);
    let one = server.get("/_connector/one").expect(200).json();
    assert_eq!(
        (&one["index_name"], &one["name"], &one["id"]),
        (&json!("search-b"), &json!("One"), &json!("one"))
    );
    assert_eq!(
        (&one["status"], &one["sync_now"], &one["configuration"]),
        (&json!("created"), &json!(false), &json!({}))
    );
    assert_eq!(one["scheduling"]["full"], json!({ "enabled": false, "interval": "0 0 0 * * ?" }));
    let native = server.put("/_connector/native", r#"{"is_native":true}"#).expect(201).id();
    assert_eq!(server.get(&format!("/_connector/{native}")).json()["status"], "needs_configuration");
}

#[test]
fn are_found_by_every_filter() {
    let server = Server::start("memory:");
    for (id, body) in [
        ("a", r#"{"index_name":"search-1","name":"Alpha","service_type":"s3","description":"first of all"}"#),
        ("b", r#"{"index_name":"search-2","name":"Beta","service_type":"mysql"}"#),
        ("c", r#"{"name":"Gamma","service_type":"s3"}"#),
    ] {
        let _ = server.put(&format!("/_connector/{id}"), body).expect(201);
    }
    check_ids(&server, "", &["a", "b", "c"]);
    check_ids(&server, "?index_name=search-1,search-2", &["a", "b"]);
    check_ids(&server, "?connector_name=Beta,Gamma", &["b", "c"]);
    check_ids(&server, "?service_type=s3", &["a", "c"]);
    check_ids(&server, "?service_type=s3&index_name=search-2", &[]);
    check_ids(&server, "?query=first%20of", &["a"]);
    check_ids(&server, "?query=search", &["a", "b"]);
    let page = server.list("/_connector?from=1&size=1");
    assert_eq!((page.count, page.ids()), (3, vec!["b".to_owned()]));
}

#[test]
fn are_deleted_softly_or_for_good_with_their_jobs_or_without() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let scenario = Scenario(&server);
    for id in ["soft", "hard", "with-jobs"] {
        scenario.connector(id);
        scenario.job(id, "full");
        scenario.job(id, "incremental");
    }
    let acknowledged = |target: &str| {
        assert_eq!(server.call("DELETE", target).expect(200).body, r#"{"acknowledged":true}"#, "{target}");
    };
    acknowledged("/_connector/soft");
    server.get("/_connector/soft").refused_naming(404, &["soft"]);
    let deleted = server.get("/_connector/soft?include_deleted=true").expect(200).json();
    assert_eq!(deleted["deleted"], true);
    server.put("/_connector/soft/_check_in", "").refused_naming(404, &["soft"]);
    server.send("POST", "/_connector/_sync_job", r#"{"id":"soft"}"#).refused_naming(404, &["soft"]);
    check_ids(&server, "", &["hard", "with-jobs"]);
    check_ids(&server, "?include_deleted=true", &["hard", "soft", "with-jobs"]);

    acknowledged("/_connector/hard?hard=true");
    server.get("/_connector/hard?include_deleted=true").refused_naming(404, &["hard"]);
    acknowledged("/_connector/with-jobs?delete_sync_jobs=true&hard=true");
    let counts: Vec<usize> = ["soft", "hard", "with-jobs"]
        .iter()
        .map(|id| server.list(&format!("/_connector/_sync_job?connector_id={id}")).count)
        .collect();
    assert_eq!(counts, [2, 2, 0]);
    // The index name of a deleted connector is released, and so is its id.
    let _ = server.put("/_connector/next", r#"{"index_name":"search-soft"}"#).expect(201);
    let _ = server.put("/_connector/soft", "").expect(201);
    check_ids(&server, "", &["next", "soft"]);
    server.call("DELETE", "/_connector/nobody").refused_naming(404, &["nobody"]);
}

#[test]
fn many_jobs_go_with_their_connector() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let scenario = Scenario(&server);
    scenario.connector("busy");
    scenario.connector("other");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..80).for_each(|_| drop(scenario.job("busy", "full"))));
        }
    });
    let kept = scenario.job("other", "full");
    assert_eq!(server.list("/_connector/_sync_job?size=0").count, 641);
    let _ = server.call("DELETE", "/_connector/busy?delete_sync_jobs").expect(200);
    assert_eq!(server.list("/_connector/_sync_job").ids(), [kept]);
}

#[test]
fn check_in() {
    let server = Server::start("memory:");
    Scenario(&server).connector("one");
    assert!(server.get("/_connector/one").json().get("last_seen").is_none());
    assert_eq!(server.put("/_connector/one/_check_in", "").expect(200).body, r#"{"result":"updated"}"#);
    let seen = server.get("/_connector/one").json()["last_seen"].as_str().map(str::to_owned);
    assert!(seen.is_some_and(|seen| seen.ends_with('Z')));
    server.put("/_connector/nobody/_check_in", "").refused_naming(404, &["nobody"]);
}

/// A change with an effect.
fn change(server: &Server, path: &str, body: &str) {
    let answer = server.put(&format!("/_connector/one/{path}"), body).expect(200);
    assert_eq!(answer.body, r#"{"result":"updated"}"#, "{path} {body}");
}

#[test]
fn from_the_announcement_of_a_worker_to_a_job_with_its_rules() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let _ = server.put("/_connector/one", r#"{"name":"One"}"#).expect(201);
    let status = |server: &Server| server.get("/_connector/one").json()["status"].clone();
    change(&server, "_service_type", r#"{"service_type":"postgresql"}"#);
    change(&server, "_index_name", r#"{"index_name":"search-orders"}"#);
    assert_eq!(status(&server), "created");
    change(&server, "_status", r#"{"status":"needs_configuration"}"#);

    // The worker registers its fields, still without values.
    let announced = r#"{"configuration":{"host":{"label":"Host","type":"str","required":true,"value":""},"port":{"label":"Port","type":"int","value":null,"validations":[{"type":"less_than","constraint":65536}],"default_value":5432.0e0}}}"#;
    let warnings = |path: &str, body: &str| {
        let answer = server.put(&format!("/_connector/one/{path}"), body).expect(200);
        let warnings = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("warning"));
        warnings.map(|(_, value)| value.clone()).collect::<Vec<_>>().join("; ")
    };
    let told = warnings("_configuration", announced);
    assert!(told.contains("[configuration.port.default_value]"), "{told}");
    assert!(told.contains("[configuration.host.value] must not be empty"), "{told}");
    let told = warnings("_configuration?dry_run", r#"{"values":{"port":"70000","host":""}}"#);
    assert!(told.contains("[values.port]") && told.contains("[65536]"), "{told}");
    assert!(told.contains("[values.host]"), "{told}");
    assert_eq!(server.get("/_connector/one").json()["configuration"]["host"]["value"], "");
    assert_eq!(
        server.get("/_connector/one").json()["configuration"]["port"]["value"],
        serde_json::Value::Null
    );
    change(&server, "_configuration", r#"{"values":{"port":"5433","host":"db"}}"#);
    change(&server, "_status", r#"{"status":"connected"}"#);
    server
        .put("/_connector/one/_status", r#"{"status":"created"}"#)
        .refused_naming(400, &["[connected]", "[created]"]);

    let rules = r#"{"rules":[{"id":"drafts","field":"state","policy":"exclude","rule":"equals","value":"draft","order":0}]}"#;
    change(&server, "_filtering", rules);
    server.put("/_connector/one/_filtering/_activate", "").refused_naming(400, &["[edited]"]);
    change(&server, "_filtering/_validation", r#"{"validation":{"state":"valid","errors":[]}}"#);
    change(&server, "_filtering/_activate", "");
    change(
        &server,
        "_scheduling",
        r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0 3 ? * MON-FRI"}}}"#,
    );
    change(&server, "_error", r#"{"error":"the source is away"}"#);
    let before = server.get("/_connector/one").expect(200).body;
    let job = Scenario(&server).job("one", "full");
    server.kill().without_panic();

    let server = Server::start(&embedded(folder.path()));
    assert_eq!(server.get("/_connector/one").expect(200).body, before);
    let copy = server.get(&format!("/_connector/_sync_job/{job}")).json()["connector"].clone();
    let ids: Vec<_> = copy["filtering"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert_eq!(ids, ["drafts", "DEFAULT"]);
    assert_eq!(copy["configuration"]["port"]["value"], "5433");
    change(&server, "_error", r#"{"error":null}"#);
    let again = server.put("/_connector/one/_error", r#"{"error":null}"#).expect(200);
    assert_eq!(again.body, r#"{"result":"noop"}"#);
    assert_eq!(status(&server), "connected");
}
