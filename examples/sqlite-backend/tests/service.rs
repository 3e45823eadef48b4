//! The service of this crate: its binary, started, killed and started again.
#![allow(missing_docs, reason = "a test")]

use std::time::{Duration, Instant};

use tributary_tests::{Launch, Scenario, Server};

fn start(store: &str) -> Server {
    Launch::of(env!("CARGO_BIN_EXE_tributary-sqlite-backend")).arguments(["127.0.0.1:0", store]).start()
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("tributary.sqlite").display());
    let server = start(&store);
    let _ = server.put("/_connector/c", r#"{"index_name":"search-c","service_type":"s3"}"#).expect(201);
    for _ in 0..20 {
        let _ = server.send("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).expect(201);
    }
    let before = server.get("/_connector/_sync_job?status=pending").expect(200).body;
    server.kill();

    let server = start(&store);
    assert_eq!(server.list("/_connector/_sync_job").count, 20);
    assert_eq!(server.get("/_connector/_sync_job?status=pending").expect(200).body, before);
    let _ = server.put("/_connector/other", r#"{"index_name":"search-c"}"#).expect(400);
    server.stop();
}

#[test]
fn the_built_in_stores_are_served_as_well() {
    let server = start("memory:");
    assert_eq!(server.list("/_connector").count, 0);
    server.stop();
}

/// A change that is made through one instance is seen through another over the same file.
#[test]
fn who_waits_hears_of_changes_through_another_instance() {
    const SOON: Duration = Duration::from_secs(2);
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("tributary.sqlite").display());
    let (one, other) = (start(&store), start(&store));
    Scenario(&one).connector("c");
    let job = Scenario(&one).job("c", "full");
    let mut events = other.events("/_connector/_sync_job/_watch", "");
    assert_eq!(events.expect_next().name, "position");
    let wait = format!("/_connector/_sync_job/{job}?wait_for_completion=true");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| (other.get(&wait).expect(200), Instant::now()));
        for (verb, body, status) in
            [("_claim", r#"{"worker_hostname":"w"}"#, "in_progress"), ("_complete", "", "completed")]
        {
            Scenario(&one).change(&job, verb, body);
            let changed = Instant::now();
            let event = events.expect_next();
            assert!(event.name == "changed" && event.data.contains(status), "{event:?}");
            assert!(changed.elapsed() < SOON, "{verb} after {:?}", changed.elapsed());
        }
        let changed = Instant::now();
        let (answer, answered) = waiting.join().unwrap();
        assert!(answered < changed + SOON, "after {:?}", answered - changed);
        assert_eq!(answer.header("x-tributary-timed-out"), None);
        assert_eq!(answer.json()["status"], "completed");
    });
}
