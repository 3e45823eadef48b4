//! HTTP conventions below the level of JSON: compression in both directions, keep-alive, `HEAD`, and `100 Continue`.
#![allow(missing_docs, reason = "a test")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use serde_json::json;
use tributary_tests::{Answer, Connection, Scenario, Server};

const CONNECTORS: &str = "/_connector";

fn send(connection: &mut Connection, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        let _ = write!(head, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    connection.send(&[head.as_bytes(), b"\r\n", body].concat()).unwrap();
}

/// The answer to a request that accepts compression, with its body decompressed.
fn unpacked(connection: &mut Connection, target: &str, accept_encoding: &str) -> Answer {
    send(connection, "GET", target, &[("Accept-Encoding", accept_encoding)], b"");
    let (mut answer, bytes) = connection.read_packed_answer(false).unwrap();
    let mut text = String::new();
    match answer.header("content-encoding") {
        None => text = String::from_utf8(bytes).unwrap(),
        Some("gzip") => drop(GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap()),
        Some("deflate") => drop(ZlibDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap()),
        Some("zstd") => text = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap(),
        Some(other) => panic!("packed in [{other}]"),
    }
    answer.body = text;
    answer
}

#[test]
fn answers_are_compressed_on_request() {
    let server = Server::start("memory:");
    for number in 0..20 {
        Scenario(&server).connector(&format!("c{number}"));
    }
    let plain = server.get(CONNECTORS).expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    // One connection for all: the framing of each answer must be right.
    let mut connection = server.connect();
    for (wanted, expected) in [
        ("gzip", Some("gzip")),
        ("gzip,deflate", Some("gzip")),
        ("zstd", Some("zstd")),
        ("gzip, deflate, br, zstd", Some("zstd")),
        ("zstd;q=0.1, gzip", Some("gzip")),
        ("deflate", Some("deflate")),
        ("identity", None),
        ("br", None),
        ("gzip;q=0", None),
        ("", None),
        // A header that excludes everything is ignored instead of refused.
        ("identity;q=0", None),
        ("br, *;q=0", None),
        ("nonsense;;q=x", None),
    ] {
        let answer = unpacked(&mut connection, CONNECTORS, wanted).expect(200);
        assert_eq!(answer.header("content-encoding"), expected, "{wanted}");
        assert_eq!(answer.body, plain.body, "{wanted}");
        assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"), "{wanted}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{wanted}");
        if expected.is_some() {
            assert!(answer.header("vary").is_some_and(|vary| vary.eq_ignore_ascii_case("accept-encoding")));
        }
        // Errors as well.
        let refused = unpacked(&mut connection, "/_connector/nobody", wanted);
        refused.refused_naming(404, &["nobody"]);
        unpacked(&mut connection, "/nothing", wanted).refused_naming(400, &["/nothing"]);
    }
}

#[test]
fn compressed_bodies_are_accepted() {
    let server = Server::start("memory:");
    let body = |name: &str| format!(r#"{{"name":"{name}","description":"{}"}}"#, "long ".repeat(2_000));
    let gzip = |text: String| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let mut connection = server.connect();
    for (encoding, packed) in [
        ("gzip", gzip(body("gzip"))),
        ("zstd", zstd::encode_all(body("zstd").as_bytes(), 0).unwrap()),
        ("identity", body("identity").into_bytes()),
    ] {
        let target = format!("{CONNECTORS}/{encoding}");
        send(&mut connection, "PUT", &target, &[("Content-Encoding", encoding)], &packed);
        let answer = connection.read_answer(false).unwrap().expect(201);
        assert_eq!(answer.json(), json!({ "result": "created", "id": encoding }));
        assert_eq!(server.get(&target).expect(200).json()["name"], encoding);
    }
    for encoding in ["gzip", "zstd"] {
        let target = format!("{CONNECTORS}/broken");
        send(&mut connection, "PUT", &target, &[("Content-Encoding", encoding)], b"not packed");
        connection.read_answer(false).unwrap().refused_naming(400, &["body"]);
        connection = server.connect();
    }
    assert_eq!(Scenario(&server).stored(), (0, 3));
}

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start("memory:");
    Scenario(&server).connector("c");
    let mut connection = server.connect();
    for target in ["/", CONNECTORS, "/_connector/c", "/_connector/nobody", "/_connector/_sync_job"] {
        for accept_encoding in ["identity", "gzip"] {
            let headers = [("Accept-Encoding", accept_encoding)];
            send(&mut connection, "GET", target, &headers, b"");
            let (got, body) = connection.read_packed_answer(false).unwrap();
            send(&mut connection, "HEAD", target, &headers, b"");
            let head = connection.read_answer(true).unwrap();
            assert_eq!(head.status, got.status, "{target}");
            for name in ["content-type", "content-encoding", "x-elastic-product", "vary"] {
                assert_eq!(head.header(name), got.header(name), "{target}: {name}");
            }
            assert!(!body.is_empty(), "{target}");
        }
    }
}

#[test]
fn a_body_is_sent_after_100_continue() {
    let server = Server::start("memory:");
    let body = br#"{"name":"patient"}"#;
    let mut connection = server.connect();
    for (number, status) in [(1, 201), (2, 200)] {
        let length = body.len();
        let head = format!(
            "PUT /_connector/c HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        );
        connection.send(head.as_bytes()).unwrap();
        let _ = connection.read_answer(false).unwrap().expect(100);
        connection.send(body).unwrap();
        let answer = connection.read_answer(false).unwrap();
        assert_eq!(answer.status, status, "request {number}: {}", answer.body);
    }
    assert_eq!(server.get("/_connector/c").json()["name"], "patient");
    // A body that is too large is rejected before it is sent.
    let head = "PUT /_connector/d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n";
    connection.send(head.as_bytes()).unwrap();
    connection.read_answer(false).unwrap().refused_naming(413, &["1048576"]);
}

#[test]
fn connections_are_kept_alive_unless_the_client_closes_them() {
    let server = Server::start("memory:");
    let mut connection = server.connect();
    for _ in 0..100 {
        send(&mut connection, "GET", "/_connector/_sync_job", &[], b"");
        let _ = connection.read_answer(false).unwrap().expect(200);
    }
    // Pipelined requests are answered in order.
    connection
        .send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /_connector HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    assert_eq!(connection.read_answer(false).unwrap().json()["tagline"], "You Know, for Search");
    assert_eq!(connection.read_answer(false).unwrap().json(), json!({ "count": 0, "results": [] }));
    send(&mut connection, "GET", "/_connector", &[("Connection", "close")], b"");
    let _ = connection.read_answer(false).unwrap().expect(200);
    assert!(connection.read_to_end().unwrap().is_empty());

    let mut old = server.connect();
    old.send(b"GET /_connector HTTP/1.0\r\n\r\n").unwrap();
    let _ = old.read_answer(false).unwrap().expect(200);
    assert!(old.read_to_end().unwrap().is_empty());
}

#[test]
fn a_client_of_http_1_0_gets_no_chunks() {
    let server = Server::start("memory:");
    Scenario(&server).connector("orders");
    let line = server.get("/_connector/_stream").expect(200).body;
    for (more, is_packed) in
        [("", false), ("Connection: keep-alive\r\n", false), ("Accept-Encoding: gzip\r\n", true)]
    {
        let mut old = server.connect();
        old.send(format!("GET /_connector/_stream HTTP/1.0\r\n{more}\r\n").as_bytes()).unwrap();
        let answer = old.read_to_end().unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.0 200") && !head.contains("transfer-encoding"), "{head}");
        assert_eq!(head.contains("content-encoding: gzip"), is_packed, "{head}");
        if !is_packed {
            assert_eq!(String::from_utf8_lossy(&answer[end + 4..]), line);
        }
    }
    let head = server.call("HEAD", "/_connector/_stream").expect(200);
    assert_eq!(head.header("content-length"), None);
}
