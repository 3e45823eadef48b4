//! The service of this crate: its binary, started, killed and started again.
#![allow(missing_docs, reason = "a test")]

use tributary_tests::{Launch, Server};

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
