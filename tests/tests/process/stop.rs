//! SIGTERM: what runs is finished, nothing new is taken.

use std::time::{Duration, Instant};

use tributary_tests::{Connection, Launch, Server, embedded, folder, wait_until};

const BODY: &str = r#"{"name":"in flight"}"#;

/// A request whose handler is at work, waiting for the second half of its body.
fn begin(server: &Server) -> Connection {
    let mut connection = server.connect();
    let head = format!(
        "PUT /_connector/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    connection.send(head.as_bytes()).unwrap();
    // The answer comes when the handler asks for the body.
    let _ = connection.read_answer(false).unwrap().expect(100);
    connection.send(&BODY.as_bytes()[..7]).unwrap();
    connection
}

#[test]
fn a_request_in_flight_finishes_and_new_connections_are_refused() {
    let folder = folder();
    let mut server = Server::start(&embedded(folder.path()));
    let mut connection = begin(&server);
    server.terminate();
    wait_until("new connections are refused", || Connection::open(server.address()).is_err());
    connection.send(&BODY.as_bytes()[7..]).unwrap();
    let _ = connection.read_answer(false).unwrap().expect(201);
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    ended.without_panic();

    let server = Server::start(&embedded(folder.path()));
    assert_eq!(server.get("/_connector/slow").expect(200).json()["name"], "in flight");
}

#[test]
fn idle_connections_do_not_delay_the_end() {
    let server = Server::start("memory:");
    let mut idle = server.connect();
    let _ = idle.request("GET", "/", &[], None).unwrap().expect(200);
    let fresh = server.connect();
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    drop((idle, fresh));
}

#[test]
fn a_request_that_never_ends_is_given_up() {
    let mut server = Launch::over("memory:").arguments(["--shutdown-timeout", "1"]).start();
    let connection = begin(&server);
    let started = Instant::now();
    server.terminate();
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    drop(connection);
}

#[test]
fn a_second_signal_does_no_harm() {
    let folder = folder();
    let mut server = Server::start(&embedded(folder.path()));
    let _ = server.put("/_connector/one", "").expect(201);
    server.terminate();
    server.terminate();
    server.wait().without_panic();
    assert_eq!(Server::start(&embedded(folder.path())).list("/_connector").count, 1);
}
