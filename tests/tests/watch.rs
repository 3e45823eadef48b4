//! Waiting for sync jobs, and events of their changes, over the real binary.
#![allow(missing_docs, reason = "a test")]

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use tributary_tests::{EventStream, Launch, Scenario, Server, embedded, folder, wait_until};

const WATCH: &str = "/_connector/_sync_job/_watch";
/// Changes are collected for 50 ms; the rest is for a busy machine.
const PROMPT: Duration = Duration::from_secs(2);
const PACKED: &str = "Accept-Encoding: gzip, deflate, zstd\r\nAccept: text/event-stream\r\n";

/// A service with a connector `c`.
fn start(store: &str) -> Server {
    let server = Server::start(store);
    Scenario(&server).connector("c");
    server
}

/// Follows all jobs from now on.
fn watch(server: &Server, headers: &str) -> EventStream {
    let mut events = server.events(WATCH, headers);
    assert_eq!(events.expect_next().name, "position");
    events
}

/// The next event is this job, with this status.
fn expect_change(events: &mut EventStream, job: &str, status: &str) {
    let event = events.expect_next();
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!((event.name.as_str(), &data["id"], &data["status"]), ("changed", &job.into(), &status.into()));
}

#[test]
fn events_arrive_one_by_one_also_where_answers_are_packed() {
    let server = start("memory:");
    let job = Scenario(&server).job("c", "full");
    let mut all = [watch(&server, ""), watch(&server, PACKED)];
    for events in &all {
        assert_eq!(events.header("content-type"), Some("text/event-stream"));
        assert_ne!(events.header("content-encoding"), Some("gzip"));
    }
    for (verb, body, status) in
        [("_claim", r#"{"worker_hostname":"w"}"#, "in_progress"), ("_error", r#"{"error":"e"}"#, "error")]
    {
        let start = Instant::now();
        Scenario(&server).change(&job, verb, body);
        for events in &mut all {
            expect_change(events, &job, status);
        }
        assert!(start.elapsed() < PROMPT, "{verb} after {:?}", start.elapsed());
    }
    let _ = server.call("DELETE", &format!("/_connector/_sync_job/{job}")).expect(200);
    for events in &mut all {
        let event = events.expect_next();
        assert_eq!((event.name, event.data), ("deleted".into(), format!(r#"{{"id":"{job}"}}"#)));
    }
}

#[test]
fn a_client_goes_on_where_it_was_and_learns_of_a_gap_after_a_restart() {
    let folder = folder();
    let store = embedded(folder.path());
    let server = start(&store);
    let first = Scenario(&server).job("c", "full");
    let mut events = watch(&server, "");
    Scenario(&server).claim(&first, "w");
    expect_change(&mut events, &first, "in_progress");
    let id = events.last_id().to_owned();
    drop(events);

    Scenario(&server).change(&first, "_complete", "");
    let second = Scenario(&server).job("c", "full");
    let reconnecting = format!("Last-Event-ID: {id}\r\n");
    let by_parameter = format!("{WATCH}?last_event_id={id}");
    let mut both = [server.events(WATCH, &reconnecting), server.events(&by_parameter, "")];
    for events in &mut both {
        assert_eq!(events.expect_next().name, "position");
        let mut missed = [events.expect_next(), events.expect_next()].map(|event| event.data);
        missed.sort_by_key(|data| data.contains(&second));
        assert!(missed[0].contains(&first) && missed[0].contains("completed"), "{missed:?}");
        assert!(missed[1].contains(&second), "{missed:?}");
    }
    let third = Scenario(&server).job("c", "full");
    for events in &mut both {
        expect_change(events, &third, "pending");
    }
    drop(both);
    server.stop();

    let server = Server::start(&store);
    let mut events = server.events(WATCH, &reconnecting);
    assert_eq!(events.expect_next().name, "position");
    assert_eq!(events.expect_next().name, "gap");
    Scenario(&server).claim(&second, "w");
    expect_change(&mut events, &second, "in_progress");
}

#[test]
fn quiet_streams_are_not_cut_and_clients_that_are_gone_are_given_up() {
    let timeouts = ["--body-timeout", "1", "--header-timeout", "1", "--keep-alive", "1", "--workers", "1"];
    let server = Launch::over("memory:").arguments(timeouts).start();
    Scenario(&server).connector("c");
    let mut events = watch(&server, PACKED);
    let before = server.open_descriptors();
    let gone: Vec<_> = (0..20).map(|_| watch(&server, "")).collect();
    assert!(server.open_descriptors() >= before + gone.len());
    drop(gone);
    // Nothing changes: comments show who is gone. The first of them is sent after 15 seconds.
    sleep(Duration::from_secs(20));
    wait_until("their connections are closed", || server.open_descriptors() <= before);
    let job = Scenario(&server).job("c", "full");
    expect_change(&mut events, &job, "pending");

    let gone: Vec<_> = (0..20).map(|_| watch(&server, "")).collect();
    drop(gone);
    wait_until("changes show who is gone", || {
        let job = Scenario(&server).job("c", "full");
        expect_change(&mut events, &job, "pending");
        server.open_descriptors() <= before
    });
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
}

#[test]
fn the_end_of_the_service_ends_streams_and_waits() {
    let folder = folder();
    let mut server = start(&embedded(folder.path()));
    let job = Scenario(&server).job("c", "full");
    let mut all: Vec<_> = (0..20).map(|_| watch(&server, "")).collect();
    let wait = format!("/_connector/_sync_job/{job}?wait_for_completion=true&timeout=10m");
    scope(|scope| {
        let waiting: Vec<_> = (0..20).map(|_| scope.spawn(|| server.get(&wait))).collect();
        // Long enough for the waits to begin; one that begins later is refused a connection.
        sleep(Duration::from_secs(1));
        let start = Instant::now();
        server.terminate();
        for events in &mut all {
            let end = events.expect_next();
            assert_eq!((end.name.as_str(), end.data.as_str()), ("end", r#"{"reason":"shutdown"}"#));
            assert_eq!(events.next(), None);
        }
        for wait in waiting {
            let answer = wait.join().unwrap().expect(200);
            assert_eq!(answer.header("x-tributary-timed-out"), Some("true"));
            assert_eq!(answer.id(), job);
        }
        assert!(start.elapsed() < PROMPT, "after {:?}", start.elapsed());
    });
    let start = Instant::now();
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    assert!(start.elapsed() < Duration::from_secs(5), "after {:?}", start.elapsed());
    ended.without_panic();
}

#[test]
fn a_wait_is_answered_when_the_job_ends() {
    let folder = folder();
    let server = start(&embedded(folder.path()));
    let job = Scenario(&server).job("c", "full");
    let path = format!("/_connector/_sync_job/{job}");
    let timed_out = server.get(&format!("{path}?wait_for_completion=true&timeout=100ms")).expect(200);
    assert_eq!(timed_out.header("x-tributary-timed-out"), Some("true"));
    Scenario(&server).claim(&job, "w");
    scope(|scope| {
        let waiting = scope.spawn(|| server.get(&format!("{path}?wait_for_completion=true")));
        sleep(Duration::from_millis(500));
        let start = Instant::now();
        Scenario(&server).change(&job, "_complete", "");
        let answer = waiting.join().unwrap().expect(200);
        assert!(start.elapsed() < PROMPT, "after {:?}", start.elapsed());
        assert_eq!(answer.header("x-tributary-timed-out"), None);
        assert_eq!(answer.json()["status"], "completed");
    });
}
