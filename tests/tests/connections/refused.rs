//! Requests rejected because of their head: answered like all others, and the connection is closed.

use std::time::{Duration, Instant};

use tributary_tests::{Answer, Launch, Server, TIMEOUT, wait_until};

use crate::answers;

const LIST: &str = "/_connector/_sync_job";
const GET: &str = "GET /_connector HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The single answer to the input, after which the connection is closed.
fn only_answer(server: &Server, sent: &[u8]) -> Answer {
    let mut connection = server.connect();
    connection.send(sent).unwrap();
    let answer = connection.read_answer(false).unwrap_or_else(|error| {
        panic!("{:?} has no answer: {error}; {}", String::from_utf8_lossy(sent), server.log())
    });
    assert_eq!(answer.header("connection"), Some("close"), "{answer:?}");
    assert!(connection.read_to_end().unwrap().is_empty(), "more than one answer");
    answer
}

#[test]
fn malformed_requests_are_answered() {
    let server = Server::start("memory:");
    let head = format!("PUT {LIST} HTTP/1.1\r\nHost: localhost\r\n");
    for (sent, named) in [
        ("nonsense\r\n\r\n".to_owned(), "METHOD /PATH HTTP/1.1"),
        ("GET _connector HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "METHOD /PATH HTTP/1.1"),
        ("GET\r\n\r\n".to_owned(), "METHOD /PATH HTTP/1.1"),
        ("\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\n".to_owned(), "METHOD /PATH HTTP/1.1"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "HTTP/1.1"),
        ("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n".to_owned(), "HTTP/1.1"),
        (format!("GET {LIST} HTTP/1.1\r\n\r\n"), "Host"),
        (format!("{head}Host: y\r\n\r\n"), "Host"),
        (format!("{head}no colon here\r\n\r\n"), "NAME: VALUE"),
        (format!("{head}Content-Length: nine\r\n\r\n{{}}"), "Content-Length"),
        (format!("{head}Content-Length: -1\r\n\r\n{{}}"), "Content-Length"),
        (format!("{head}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{{}}"), "Content-Length"),
        (format!("{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{{}}"), "chunked"),
        (format!("{head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "chunked"),
        (format!("POST {LIST} HTTP/1.0\r\n\r\n"), "Content-Length"),
        ("CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "CONNECT"),
    ] {
        only_answer(&server, sent.as_bytes()).refused_naming(400, &[named]);
    }
    let _ = server.get("/").expect(200);
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}

#[test]
fn invalid_url_characters_are_reported_and_logged() {
    let server = Server::start("memory:");
    for target in ["?connector_id=\u{fc}", "?connector_id=<a>", "?connector_id=a\u{7f}", "?connector_id=a b"]
    {
        server.get(&format!("{LIST}{target}")).refused_naming(400, &["percent-encoded", "%C3%BC"]);
    }
    // Bytes that are not UTF-8, too.
    only_answer(&server, b"GET /_connector/\xfc HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .refused_naming(400, &["%C3%BC"]);
    server.get("/_connector/\u{fc}").refused_naming(400, &["percent-encoded"]);
    let head = server.connect().request("HEAD", "/_connector/\u{e4}", &[], None);
    assert!(head.is_ok_and(|answer| answer.status == 400));
    wait_until("the lines of the log", || {
        let log = server.log();
        let line = |path: &str, method: &str| {
            log.lines().any(|line| line.contains(path) && line.contains(method) && line.contains("400"))
        };
        line("/_connector/%C3%BC", "GET") && line("/_connector/%C3%A4", "HEAD") && line(LIST, "GET")
    });
}

#[test]
fn oversized_heads_are_answered() {
    let server = Server::start("memory:");
    let head = format!("GET {LIST} HTTP/1.1\r\nHost: localhost\r\n");
    let filler = format!("X-Filler: {}\r\n", "x".repeat(4_000));
    // Complete, unterminated, and with far more than is read.
    for sent in [
        format!("{head}{}\r\n", filler.repeat(33)),
        format!("{head}{}", filler.repeat(33)),
        format!("{head}X-Filler: {}", "x".repeat(140 * 1024)),
        format!("{head}{}\r\n", filler.repeat(50)),
        format!("GET {LIST}?connector_id={} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(65_535)),
        format!("{head}{}: x\r\n\r\n", "x".repeat(65_536)),
    ] {
        only_answer(&server, sent.as_bytes()).refused_naming(431, &["head of the request is too long"]);
    }
    let many = (0..96).fold(head, |head, number| format!("{head}X-Number-{number}: x\r\n"));
    only_answer(&server, format!("{many}\r\n").as_bytes()).refused_naming(431, &["96"]);
}

#[test]
fn stalled_heads_are_answered() {
    let server = Launch::over("memory:").arguments(["--header-timeout", "1"]).start();
    // On the first request of a connection and on later ones.
    for before in [0, 1] {
        let mut connection = server.connect();
        connection.send(GET.repeat(before).as_bytes()).unwrap();
        let _ = answers(&mut connection, before);
        let started = Instant::now();
        connection.send(b"GET /_connector HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").unwrap();
        let answer = connection.read_answer(false).unwrap();
        assert!(started.elapsed() > Duration::from_millis(500), "the client had no time");
        answer.refused_naming(408, &["in time"]);
        assert!(connection.read_to_end().unwrap().is_empty());
        assert!(started.elapsed() < TIMEOUT / 2, "the connection stayed open");
    }
    // A connection that never sends anything is closed without an answer.
    let mut idle = server.connect();
    assert!(idle.read_to_end().unwrap().is_empty());
}

#[test]
fn a_head_that_arrives_slowly_is_not_an_idle_connection() {
    let server = Launch::over("memory:").arguments(["--keep-alive", "5", "--header-timeout", "60"]).start();
    let mut connection = server.connect();
    for part in [GET, &GET[..20]] {
        connection.send(part.as_bytes()).unwrap();
    }
    let _ = answers(&mut connection, 1);
    // Long enough for a busy machine: the library checks every half second whether data arrives.
    std::thread::sleep(Duration::from_millis(6_500));
    connection.send(&GET.as_bytes()[20..]).unwrap();
    assert_eq!(answers(&mut connection, 1)[0].status, 200);
}

#[test]
fn truncated_heads_are_answered() {
    let server = Server::start("memory:");
    let mut connection = server.connect();
    connection.send(&GET.as_bytes()[..GET.len() - 2]).unwrap();
    connection.close_sending().unwrap();
    connection.read_answer(false).unwrap().refused_naming(400, &["empty line"]);
}

#[test]
fn requests_before_a_refused_one_are_answered_and_none_after_it() {
    let server = Server::start("memory:");
    let put = "PUT /_connector/c HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let refused = "GET /\u{fc} HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut connection = server.connect();
    let smuggled = put.replace("/c ", "/smuggled ");
    connection.send([GET, put, GET, refused, &smuggled, GET].concat().as_bytes()).unwrap();
    let statuses: Vec<u16> = answers(&mut connection, 4).iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 201, 200, 400]);
    assert!(connection.read_to_end().unwrap().is_empty());
    let _ = server.get("/_connector/smuggled").expect(404);
}

#[test]
fn forged_placeholder_headers_have_no_effect() {
    let server = Server::start("memory:");
    // An echo that looks like a response of its own, and the internal header of the service.
    let forged = [
        ("X-Opaque-Id", "HTTP/1.1 400 Bad Request"),
        ("X-Tributary-Refused-Head", "timeout"),
        ("x-tributary-refused-head", "nonsense"),
    ];
    let mut connection = server.connect();
    for method in ["GET", "HEAD", "OPTIONS"] {
        let answer = connection.request(method, LIST, &forged, None).unwrap().expect(200);
        assert_eq!(answer.header("x-opaque-id"), Some("HTTP/1.1 400 Bad Request"));
    }
}
