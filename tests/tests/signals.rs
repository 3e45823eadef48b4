//! Shutdown by signals, and outputs that are closed earlier.
#![allow(missing_docs, reason = "a test")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use tributary_tests::{Connection, Launch, Server, Signal, binary, embedded, folder, wait_until};

const BODY: &str = r#"{"name":"in flight"}"#;

/// A request whose handler is running and waits for the second half of its body.
fn begin(server: &Server) -> Connection {
    let mut connection = server.connect();
    let head = format!(
        "PUT /_connector/slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    connection.send(head.as_bytes()).unwrap();
    // `100 Continue` is sent when the handler reads the body.
    let _ = connection.read_answer(false).unwrap().expect(100);
    connection.send(&BODY.as_bytes()[..7]).unwrap();
    connection
}

#[test]
fn a_signal_right_after_the_ready_line_is_handled() {
    for _ in 0..10 {
        // Checks that the process ends by itself, with success.
        Server::start("memory:").stop();
    }
}

#[test]
fn both_signals_let_running_requests_finish_and_no_new_ones_begin() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let mut server = Server::start(&embedded(folder.path()));
        let mut connection = begin(&server);
        server.signal(signal);
        wait_until("new connections are refused", || Connection::open(server.address()).is_err());
        connection.send(&BODY.as_bytes()[7..]).unwrap();
        let _ = connection.read_answer(false).unwrap().expect(201);
        let ended = server.wait();
        assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
        ended.without_panic();

        let server = Server::start(&embedded(folder.path()));
        assert_eq!(server.get("/_connector/slow").expect(200).json()["name"], "in flight");
    }
}

#[test]
fn a_second_signal_aborts_running_requests_and_loses_nothing() {
    let folder = folder();
    let mut server = Launch::over(&embedded(folder.path())).arguments(["--shutdown-timeout", "3600"]).start();
    let _ = server.put("/_connector/one", "").expect(201);
    let connection = begin(&server);
    server.terminate();
    wait_until("the first signal is taken", || server.log().contains("SIGTERM"));
    server.signal(Signal::INT);
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    ended.without_panic();
    drop(connection);
    assert_eq!(Server::start(&embedded(folder.path())).list("/_connector").ids(), ["one"]);
}

#[test]
fn stalled_requests_and_idle_connections_do_not_delay_shutdown() {
    for timeout in ["0", "1"] {
        let mut server = Launch::over("memory:").arguments(["--shutdown-timeout", timeout]).start();
        let mut idle = server.connect();
        let _ = idle.request("GET", "/", &[], None).unwrap().expect(200);
        let connection = begin(&server);
        server.terminate();
        let ended = server.wait();
        assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
        ended.without_panic();
        drop((connection, idle));
    }
}

/// A start with outputs redirected by a shell.
fn redirected(redirection: &str, store: &str) -> Launch {
    let script = format!(r#"exec "$@" {redirection}"#);
    let shell = Launch::of("/bin/sh").arguments(["-c", &script, "sh"]);
    shell.arguments([binary().to_str().unwrap(), "--listen", "127.0.0.1:0", "--store", store])
}

/// A log on a full disk, or whose reader has gone.
#[test]
fn an_unwritable_log_stops_nothing() {
    let script = "2>/dev/full";
    let folder = folder();
    let server = redirected(script, &embedded(folder.path())).start();
    for number in 0..20 {
        let _ = server.put(&format!("/_connector/{number}"), "").expect(201);
        server.get("/_connector/none").refusal(404);
    }
    // The log thread logs its own failure, too.
    server.limit_files(Some(0));
    server.put("/_connector/refused", "").refusal(503);
    server.limit_files(None);
    let _ = server.put("/_connector/20", "").expect(201);
    assert_eq!(server.list("/_connector").count, 21);
    server.stop();

    let refused = redirected(script, "nonsense:").finish();
    assert_eq!(refused.status.code(), Some(1), "{refused:#?}");
}

#[test]
fn an_unwritable_ready_line_stops_nothing() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = Command::new(binary())
        .args(["--listen", "127.0.0.1:0", "--store", "memory:"])
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let address = log.lines().map_while(Result::ok).find_map(|line| {
        let (_, address) = line.split_once("listening on: ")?;
        address.parse().ok()
    });
    let mut connection = Connection::open(address.expect("the log has the address")).unwrap();
    // Its log has no reader any more either.
    for _ in 0..3 {
        let _ = connection.request("GET", "/", &[], None).unwrap().expect(200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
