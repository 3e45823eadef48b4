//! The log: a line for each request, on standard error.

use serde_json::Value;
use tributary_tests::{Answer, Ended, Launch, Server};

/// Two requests, one of which fails, with an opaque id; then the end.
fn requests(server: Server) -> Ended {
    let send = |method: &str, target: &str, id: &str| -> Answer {
        server.answer_to(method, target, &[("X-Opaque-Id", id)], None)
    };
    assert_eq!(send("GET", "/_connector?size=3", "client-7").header("x-opaque-id"), Some("client-7"));
    assert_eq!(send("DELETE", "/_connector/nobody", "client-8").header("x-opaque-id"), Some("client-8"));
    assert_eq!(send("GET", "/nothing/here", "client-9").header("x-opaque-id"), Some("client-9"));
    assert_eq!(server.get("/").header("x-opaque-id"), None);
    server.stop()
}

#[test]
fn a_line_for_each_request_as_text() {
    let log = requests(Server::start("memory:")).log;
    for (id, parts) in [
        ("client-7", ["GET", "/_connector", "200"]),
        ("client-8", ["DELETE", "/_connector/nobody", "404"]),
        ("client-9", ["GET", "/nothing/here", "400"]),
    ] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
        let [line] = lines[..] else { panic!("one line for {id}: {lines:#?}") };
        for part in parts.into_iter().chain(["duration", "INFO"]) {
            assert!(line.contains(part), "[{part}] is missing: {line}");
        }
    }
    assert!(!log.contains('\u{1b}'), "colours in a file");
}

#[test]
fn a_line_for_each_request_as_json() {
    let log = requests(Launch::over("memory:").arguments(["--log-format", "json"]).start()).log;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for (id, method, path, status) in [
        ("client-7", "GET", "/_connector", 200),
        ("client-8", "DELETE", "/_connector/nobody", 404),
        ("client-9", "GET", "/nothing/here", 400),
        ("", "GET", "/", 200),
    ] {
        let line = lines.iter().find(|line| line["opaque_id"] == id && line["method"] == method);
        let line = line.unwrap_or_else(|| panic!("no line for {id}: {log}"));
        assert_eq!((&line["path"], &line["status"]), (&path.into(), &status.into()), "{line}");
        assert!(line["duration_us"].is_u64(), "{line}");
    }
}

#[test]
fn the_level_and_the_filter_are_obeyed() {
    let log = requests(Launch::over("memory:").arguments(["--log", "warn"]).start()).log;
    assert_eq!(log, "");
    let log = requests(Launch::over("memory:").variable("TRIBUTARY_LOG", "warn,request=info").start()).log;
    assert_eq!(log.lines().count(), 4, "{log}");
}

#[test]
fn bodies_stay_out_of_the_log() {
    let server = Launch::over("memory:").arguments(["--log", "debug"]).start();
    let _ = server.put("/_connector/one", r#"{"description":"hush-hush"}"#).expect(201);
    server.put("/_connector/one", r#"{"hush-hush":1}"#).refusal(400);
    let _ = server.get("/_connector/one").expect(200);
    let log = server.stop().log;
    assert!(!log.contains("hush-hush"), "{log}");
}
