//! Invalid requests below the level of JSON: bytes on the wire.

use std::time::{Duration, Instant};

use tributary_tests::{Answer, Connection, Launch, Server, TIMEOUT};

use super::changing_nothing;

const LIST: &str = "/_connector/_sync_job";

fn open(server: &Server, head: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("{head}\r\nHost: localhost\r\n").as_bytes()).unwrap();
    connection
}

/// Sends a body in chunks of 64 KiB without a declared length, until the service rejects it.
fn stream(server: &Server, extra_headers: &str, bytes: usize) -> Answer {
    let mut connection = open(server, &format!("POST {LIST} HTTP/1.1"));
    connection
        .send(
            format!("Content-Type: application/json\r\n{extra_headers}Transfer-Encoding: chunked\r\n\r\n")
                .as_bytes(),
        )
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x1_0000], b"\r\n"].concat();
    for _ in 0..bytes / 0x1_0000 {
        if connection.send(&chunk).is_err() {
            break;
        }
    }
    let _ = connection.send(b"0\r\n\r\n");
    connection.read_answer(false).expect("an answer, whatever was sent")
}

#[test]
fn bodies_over_the_limit() {
    changing_nothing(|server, _| {
        let body = format!(r#"{{"id":"connector-1"{}}}"#, " ".repeat(1024 * 1024));
        server.send("POST", LIST, &body).refused_naming(413, &["1048576", "body_limit"]);
        stream(server, "", 2 * 1024 * 1024).refused_naming(413, &["1048576"]);
        // Just below the limit the size is accepted, and the contents are rejected.
        let body = format!("{{{}}}", " ".repeat(1024 * 1024 - 2));
        server.send("POST", LIST, &body).refused_naming(400, &["id"]);
        let body = format!("{{{}}}", " ".repeat(1024 * 1024 - 1));
        server.send("POST", LIST, &body).refused_naming(413, &["1048576"]);
    });
}

#[test]
fn a_length_over_the_limit_is_refused_before_the_body() {
    changing_nothing(|server, _| {
        // No `100 Continue` is sent before.
        for (length, expect) in
            [("1048577", ""), ("18446744073709551615", ""), ("1048577", "Expect: 100-continue\r\n")]
        {
            let mut connection = open(server, &format!("POST {LIST} HTTP/1.1"));
            connection
                .send(
                    format!("Content-Type: application/json\r\n{expect}Content-Length: {length}\r\n\r\n")
                        .as_bytes(),
                )
                .unwrap();
            connection.read_answer(false).unwrap().refused_naming(413, &["1048576"]);
        }
    });
}

#[test]
fn truncated_bodies() {
    changing_nothing(|server, job| {
        for (method, target, body) in [
            ("POST", LIST.to_owned(), r#"{"id":"connector-1"}"#),
            ("PUT", format!("{LIST}/{job}/_claim"), r#"{"worker_hostname":"w"}"#),
            ("PUT", "/_connector/new".into(), "{}"),
        ] {
            // A complete object, but fewer bytes than declared; then the client disconnects.
            let mut connection = open(server, &format!("{method} {target} HTTP/1.1"));
            let head =
                format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len() + 1);
            connection.send(head.as_bytes()).unwrap();
            connection.close_sending().unwrap();
            let rest = connection.read_to_end().unwrap_or_default();
            assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));

            let mut connection = open(server, &format!("{method} {target} HTTP/1.1"));
            let head = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            connection.send(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes()).unwrap();
            connection.close_sending().unwrap();
            let rest = connection.read_to_end().unwrap_or_default();
            assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));
        }
    });
}

#[test]
fn a_body_that_does_not_end() {
    let server = Launch::over("memory:").arguments(["--body-timeout", "1"]).start();
    for length in ["Content-Length: 3", "Transfer-Encoding: chunked"] {
        let started = Instant::now();
        let mut connection = open(&server, "PUT /_connector/new HTTP/1.1");
        let head = format!("Content-Type: application/json\r\n{length}\r\n\r\n");
        connection.send(head.as_bytes()).unwrap();
        let answer = connection.read_answer(false).unwrap();
        assert!(started.elapsed() > Duration::from_millis(500), "the client had no time");
        assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"));
        answer.refused_naming(408, &["[1] seconds"]);
        assert!(connection.read_to_end().unwrap_or_default().is_empty());
        assert!(started.elapsed() < TIMEOUT / 2, "the connection stayed open");
    }
    let _ = server.get("/_connector/new").expect(404);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Launch::over("memory:").arguments(["--keep-alive", "1"]).start();
    let mut connection = server.connect();
    let _ = connection.request("GET", "/", &[], None).unwrap().expect(200);
    let _ = connection.request("GET", "/", &[], None).unwrap().expect(200);
    let started = Instant::now();
    assert!(connection.read_to_end().unwrap_or_default().is_empty());
    assert!(started.elapsed() < TIMEOUT / 2, "the connection stayed open");
}
