//! `tributary keys`, and the other commands with a key.

use std::time::{Duration, Instant};

use tributary_engines::{Distribution, selected, shared};
use tributary_tests::{Ended, Launch, Server, embedded, folder};

use crate::{ADMIN_KEY, get_with, private_file, set_mode};

/// Runs a command, which is to end with this code.
#[track_caller]
fn run(code: i32, launch: Launch, arguments: &[&str]) -> Ended {
    let ended = launch.arguments(arguments).finish();
    assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {ended:#?}");
    ended.without_panic();
    ended
}

/// A command about a running service, with a key unless it is empty.
fn ask(server: &Server, key: &str) -> Launch {
    let url = format!("http://{}", server.address());
    Launch::bare().variable("TRIBUTARY_URL", url).variable("TRIBUTARY_API_KEY", key)
}

/// The key that was written, and its id.
#[track_caller]
fn created(ended: &Ended) -> (String, String) {
    let (key, rest) = ended.output.split_once('\n').unwrap();
    assert_eq!(rest, "", "a key alone");
    let id = ended.log.split("created API key ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!(!ended.log.contains(key), "{ended:#?}");
    (key.to_owned(), id.to_owned())
}

#[test]
fn the_first_key_of_a_store_in_a_folder() {
    let data = folder();
    let store = embedded(&data.path().join("store"));
    let over =
        |code, arguments: &[&str]| run(code, Launch::bare(), &[arguments, &["--store", &store]].concat());
    over(1, &["keys", "list"]).gave_up_naming(&["there is no store in"]);
    let first = over(0, &["keys", "create", "--name", "admin"]);
    assert!(first.log.contains("(admin)") && first.log.contains("mode 600"), "{first:#?}");
    let (key, id) = created(&first);

    let server = Launch::over(&store).arguments(["--security", "on"]).start();
    let caller = get_with(&server, &key, "/_security/_authenticate").expect(200).json();
    assert_eq!((&caller["username"], &caller["api_key"]["id"]), (&"admin".into(), &id.clone().into()));
    let _ = get_with(&server, &key, "/_connector").expect(200);
    // One process at a time opens the store.
    let taken = over(1, &["keys", "list"]);
    assert!(taken.log.contains("--store"), "{taken:#?}");
    let ended = server.stop();
    assert!(!ended.log.contains("no API key works yet"), "{}", ended.log);

    let listed = over(0, &["keys", "list"]);
    let line = listed.output.lines().find(|line| line.starts_with(&id)).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[1..6], ["admin", "admin", "active", "all", "-"], "{line}");
    let listed: serde_json::Value =
        serde_json::from_str(&over(0, &["keys", "list", "--output", "json"]).output).unwrap();
    assert_eq!(listed["api_keys"][0]["id"], id);
    assert!(listed["api_keys"][0]["last_use"].is_i64(), "{listed}");

    assert_eq!(over(0, &["keys", "invalidate", &id]).output, format!("{id}: invalidated\n"));
    assert_eq!(over(0, &["keys", "invalidate", &id]).output, format!("{id}: was invalidated before\n"));
    over(3, &["keys", "invalidate", "nobody"]).gave_up_naming(&["[nobody]"]);
    assert_eq!(over(0, &["keys", "list", "--active-only"]).output, "");
    let server = Launch::over(&store).arguments(["--security", "on"]).start();
    let reason = get_with(&server, &key, "/_connector").refusal(401);
    assert!(reason.contains("invalidated"), "{reason}");
    assert!(server.log().contains("no API key works yet"), "{}", server.log());
}

#[test]
fn keys_of_a_running_service() {
    let keys = folder();
    let admin = private_file(keys.path(), "admin.key", ADMIN_KEY);
    let server = Launch::over("memory:")
        .arguments(["--security", "on"])
        .variable("TRIBUTARY_ADMIN_KEY_FILE", &admin)
        .start();
    let create = |code, arguments: &[&str]| {
        run(code, ask(&server, ADMIN_KEY), &[&["keys", "create", "--name"], arguments].concat())
    };
    let worker = create(
        0,
        &[
            "worker",
            "--privileges",
            "monitor,work_connector",
            "--resources",
            "connector:wiki-*,service_type:s3",
            "--expiration",
            "90d",
            "--metadata",
            r#"{"team":"search"}"#,
        ],
    );
    assert!(worker.log.contains("it works until 2"), "{worker:#?}");
    let (worker, id) = created(&worker);
    let _ = get_with(&server, &worker, "/_connector").expect(200);

    // The commands with a key, and without one that does.
    let asked = ["connectors", "list"];
    run(0, ask(&server, &worker), &asked);
    let file = private_file(keys.path(), "worker.key", &format!("{worker}\n"));
    let with_file = ["connectors", "list", "--api-key-file", file.to_str().unwrap()];
    run(0, ask(&server, ""), &with_file);
    run(4, ask(&server, ""), &asked).gave_up_naming(&["401", "TRIBUTARY_API_KEY", "--api-key-file"]);
    run(4, ask(&server, "YTpi"), &asked).gave_up_naming(&["unable to authenticate", "401"]);
    run(4, ask(&server, &worker), &["jobs", "cancel", "--all", "--yes"]).gave_up_naming(&[
        "is unauthorized for API key id",
        "manage_connector",
        "403",
    ]);
    run(1, ask(&server, "no key"), &asked).gave_up_naming(&["TRIBUTARY_API_KEY", "encoded form"]);
    set_mode(&file, 0o644);
    let warned = run(0, ask(&server, ""), &with_file);
    assert!(warned.log.contains("worker.key") && warned.log.contains("by its mode 644"), "{warned:#?}");
    let ready = format!("http://{}/_health/ready", server.address());
    for key in ["", &worker] {
        assert!(run(0, ask(&server, key), &["health", &ready]).output.contains("ready"));
    }

    let list =
        |arguments: &[&str]| run(0, ask(&server, ADMIN_KEY), &[&["keys", "list"], arguments].concat()).output;
    let lines = list(&["--name", "work*"]);
    assert!(lines.contains("monitor,work_connector  connector:wiki-*,service_type:s3"), "{lines}");
    assert_eq!(list(&["--name", "nobody"]).lines().count(), 0);
    let shown: serde_json::Value = serde_json::from_str(&list(&["--output", "ndjson"])).unwrap();
    assert_eq!((&shown["name"], &shown["metadata"]["team"]), (&"worker".into(), &"search".into()));
    assert!(!shown.to_string().contains(&worker), "{shown}");

    // It works no longer at once.
    let done = run(0, ask(&server, ADMIN_KEY), &["keys", "invalidate", "--name", "work*"]);
    assert_eq!(done.output, format!("{id}: invalidated\n"));
    let reason = get_with(&server, &worker, "/_connector").refusal(401);
    assert!(reason.contains("invalidated"), "{reason}");
    run(3, ask(&server, ADMIN_KEY), &["keys", "invalidate", "--name", "none"]).gave_up_naming(&["[none]"]);
    for (code, wrong, part) in [
        (2, &["x", "--privileges", "work_connectors"][..], "work_connector"),
        (2, &["x", "--privileges", "monitor", "--resources", "wiki"], "connector:PATTERN"),
        (2, &["x", "--resources", "connector:a"], "--privileges"),
        (2, &["x", "--role-descriptors", "{\"r\":{\"clusters\":[]}}"], "clusters"),
        (2, &["x", "--role-descriptors", "/nowhere/at/all"], "/nowhere/at/all"),
        (2, &["x", "--metadata", "[]"], "--metadata"),
        (4, &["_x"], "underscore"),
        (4, &["x", "--expiration", "soon"], "[soon]"),
    ] {
        create(code, wrong).gave_up_naming(&[part]);
    }
}

#[test]
fn roles_beyond_privileges_are_given_as_json() {
    let keys = folder();
    let admin = private_file(keys.path(), "admin.key", ADMIN_KEY);
    let server = Launch::over("memory:")
        .arguments(["--security", "on"])
        .variable("TRIBUTARY_ADMIN_KEY_FILE", &admin)
        .start();
    let roles = r#"{"reader":{"cluster":["monitor","manage_ilm"],"indices":[{"names":["search-*"],"privileges":["read"]}]}}"#;
    let file = keys.path().join("roles.json");
    std::fs::write(&file, roles).unwrap();
    for given in [roles, file.to_str().unwrap()] {
        let arguments =
            ["keys", "create", "--name", "reader", "--role-descriptors", given, "--output", "json"];
        let ended = run(0, ask(&server, ADMIN_KEY), &arguments);
        assert!(ended.log.contains("warning: ") && ended.log.contains("manage_ilm"), "{ended:#?}");
        let created: serde_json::Value = serde_json::from_str(&ended.output).unwrap();
        let key = created["encoded"].as_str().unwrap();
        let _ = get_with(&server, key, "/").expect(200);
        let _ = get_with(&server, key, "/_connector").expect(403);
    }
}

/// A key that another process invalidates works for some seconds at most.
#[test]
fn a_key_is_invalidated_by_another_process() {
    // One of them is enough: what differs between them is not in keys.
    if let Some(backend) = ["opensearch", "elasticsearch"].into_iter().find(|backend| selected(backend)) {
        invalidated_elsewhere(backend);
    }
}

fn invalidated_elsewhere(backend: &str) {
    let endpoint = shared(Distribution::of_backend(backend).unwrap()).unwrap();
    let store = format!("{backend}:{}", endpoint.url);
    let prefix = format!("keys-{}-", std::process::id());
    let with_prefix = |launch: Launch| {
        launch.variable(&format!("TRIBUTARY_{}_INDEX_PREFIX", backend.to_uppercase()), &prefix)
    };
    let over =
        |arguments: &[&str]| run(0, with_prefix(Launch::bare()), &[arguments, &["--store", &store]].concat());
    let server = with_prefix(Launch::over(&store)).arguments(["--security", "on"]).start();
    // A service need not be stopped for it.
    let (key, id) = created(&over(&["keys", "create", "--name", "k"]));
    let _ = get_with(&server, &key, "/_connector").expect(200);
    over(&["keys", "invalidate", &id]);
    let start = Instant::now();
    while get_with(&server, &key, "/_connector").status == 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "it still works");
        std::thread::sleep(Duration::from_millis(100));
    }
    let reason = get_with(&server, &key, "/_connector").refusal(401);
    assert!(reason.contains("invalidated"), "{reason}");
}
