//! What the service makes of an engine that is away, slow or broken, and of clients that are.

use std::time::{Duration, Instant};

use tributary_tests::{Launch, Server, embedded, folder};

use crate::bulk;
use crate::told::{Told, ToldEngine, answer};

const LINES: &[(&str, &str)] = &[("Content-Type", "application/x-ndjson")];
const DONE: &str = r#"{"took":1,"errors":false,"items":[]}"#;

fn start(url: &str, more: &[&str]) -> (tempfile::TempDir, Server) {
    let store = folder();
    let launch = Launch::over(&embedded(store.path())).arguments(["--content", url, "--body-timeout", "2"]);
    let server = launch.arguments(more).variable("TRIBUTARY_CONTENT_DEADLINE", "2").start();
    (store, server)
}

#[test]
fn headers_of_one_connection_stay_on_it() {
    let warning = "Warning: 299 OpenSearch-3.8.0-abc \"is \\\"old\\\"\"\r\n";
    let told =
        format!("{warning}Connection: X-Inner\r\nX-Inner: a\r\nKeep-Alive: timeout=5\r\nSet-Cookie: a=b\r\n");
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", &told, "{}")));
    let (_store, server) = start(&engine.url, &["--content-allow", "GET /_tasks/*, */_rollover"]);
    let sent = [
        ("Accept", "application/vnd.elasticsearch+json; compatible-with=9"),
        ("Connection", "keep-alive, X-Elastic-Client-Meta"),
        ("X-Elastic-Client-Meta", "es=9"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Authorization", "Basic bWU6c2VjcmV0"),
        ("Cookie", "a=b"),
        ("es-security-runas-user", "admin"),
        ("X-Opaque-Id", "seven"),
        ("Content-Type", "application/octet-stream"),
    ];
    let answered = server.answer_to("POST", "/a/_refresh", &sent, Some(b"")).expect(200);
    let head = engine.last().head.to_lowercase();
    assert!(head.starts_with("post /a/_refresh http/1.1"), "{head}");
    assert!(head.contains("x-opaque-id: seven") && head.contains("accept: application/json\r\n"), "{head}");
    for gone in [
        "te:",
        "keep-alive:",
        "authorization",
        "cookie",
        "runas",
        "client-meta",
        "octet-stream",
        "127.0.0.1:0",
    ] {
        assert!(!head.contains(&format!("\n{gone}")), "{gone}: {head}");
    }
    assert_eq!(answered.header("content-type"), Some("application/vnd.elasticsearch+json;compatible-with=9"));
    assert_eq!(answered.header("warning"), Some("299 Elasticsearch-9.5.0-unknown \"is \\\"old\\\"\""));
    assert_eq!(answered.header("x-opaque-id"), Some("seven"));
    for gone in ["x-inner", "keep-alive", "set-cookie", "content-encoding"] {
        assert_eq!(answered.header(gone), None, "{answered:?}");
    }
    // What is not passed on does not reach it; what a setting allows does.
    let before = engine.count();
    for path in ["/_cluster/settings", "/_snapshot", "/_scripts/a", "/_nodes/stats"] {
        server.get(path).refused_naming(403, &["[content_allow]", path]);
    }
    // Below the paths of this service, every request is answered as one for an unknown path.
    server.get("/_security/user").refused_naming(400, &["no handler", "/_security/user"]);
    assert_eq!(engine.count(), before);
    let _ = server.get("/_tasks/a:1").expect(200);
    let _ = server.call("POST", "/a/_rollover").expect(200);
    server.call("POST", "/.elastic-connectors-x/_rollover").refused_naming(400, &["belongs to this service"]);
}

#[test]
fn a_large_bulk_takes_little_memory() {
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", "", DONE)));
    let (_store, server) = start(&engine.url, &["--workers", "1"]);
    let body = bulk("a", 64 * 1024, &"x".repeat(1_000));
    assert!(body.len() > 64 * 1024 * 1024, "{}", body.len());
    let before = server.peak_memory();
    for _ in 0..3 {
        let _ = server.answer_to("POST", "/_bulk", LINES, Some(body.as_bytes())).expect(200);
        assert_eq!(engine.last().body, body.len());
    }
    let grown = server.peak_memory() - before;
    assert!(grown < 16 * 1024 * 1024, "the service grew by {grown} bytes");
    let packed = tributary_tests::packing::gzip(body.as_bytes());
    let with = [LINES[0], ("Content-Encoding", "gzip")];
    let _ = server.answer_to("POST", "/_bulk", &with, Some(&packed)).expect(200);
    assert_eq!(engine.last().body, packed.len());
}

#[test]
fn what_is_too_long_is_refused() {
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", "", DONE)));
    let (_store, server) = start(&engine.url, &[]);
    let mut connection = server.connect();
    let head = "POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n";
    connection.send(format!("{head}Content-Length: 104857601\r\n\r\n").as_bytes()).unwrap();
    connection.read_answer(false).unwrap().refused_naming(413, &["104857600"]);
    let mut connection = server.connect();
    let head = "POST /a/_doc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    connection.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let piece = format!("400000\r\n{}\r\n", "x".repeat(0x40_0000));
    let _ = (0..26).try_for_each(|_| connection.send(piece.as_bytes()));
    connection.read_answer(false).unwrap().refused_naming(413, &["104857600"]);
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(11 * 1024 * 1024));
    server.send("POST", "/a/_search", &long).refused_naming(413, &["10485760"]);
    // A packed body may not become larger than that either.
    let packed = tributary_tests::packing::gzip(&vec![b' '; 11 * 1024 * 1024]);
    let with = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
    server.answer_to("POST", "/a/_search", &with, Some(&packed)).refused_naming(413, &["10485760"]);
    assert_eq!(engine.count(), 0);
}

#[test]
fn a_slow_client_has_time_and_a_stalled_one_has_not() {
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", "", DONE)));
    let (_store, server) = start(&engine.url, &[]);
    // Slow, but not slower than a kilobyte a second.
    let body = bulk("a", 4, &"x".repeat(4_000));
    let head = format!(
        "POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = server.connect();
    connection.send(head.as_bytes()).unwrap();
    let start = Instant::now();
    for piece in body.as_bytes().chunks(body.len() / 4) {
        connection.send(piece).unwrap();
        std::thread::sleep(Duration::from_millis(900));
    }
    assert!(start.elapsed() > Duration::from_secs(3), "longer than the deadline of the engine");
    let _ = connection.read_answer(false).unwrap().expect(200);
    let mut connection = server.connect();
    connection.send(head.as_bytes()).unwrap();
    connection.send(&body.as_bytes()[..20]).unwrap();
    connection.read_answer(false).unwrap().refused_naming(408, &["[2] seconds"]);
    assert_eq!(engine.count(), 1, "a part is not taken for the whole");
}

#[test]
fn an_engine_that_is_away_or_broken_is_told_of() {
    let away = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (_store, server) = start(&format!("http://{away}"), &[]);
    let refused = server.get("/a/_search");
    refused.refused_naming(503, &["not available"]);
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    let _ = server.get("/_connector").expect(200);

    for (told, status) in [
        (Told::Wait(Duration::from_secs(10)), 503),
        (Told::Close(String::new()), 503),
        (Told::Answer("HTTP/1.1 504 Gateway Time-out\r\nContent-Length: 3\r\n\r\n504".to_owned()), 503),
        (Told::Answer(answer("401 Unauthorized", "", "{}")), 503),
        (Told::Close("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned()), 502),
        (Told::Close("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned()), 502),
        (Told::Close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned()), 502),
    ] {
        let engine = ToldEngine::new(told.clone());
        let (_store, server) = start(&engine.url, &[]);
        let begun = Instant::now();
        for (method, path, body) in [("GET", "/a/_search", None), ("POST", "/_bulk", Some(bulk("a", 2, "x")))]
        {
            let answer = server.answer_to(method, path, LINES, body.as_deref().map(str::as_bytes));
            assert_eq!(answer.status, status, "{told:?} {method}: {answer:?}");
            let _ = answer.refusal(status);
            assert!(!answer.body.contains("127.0.0.1"), "causes are for the log");
        }
        assert!(begun.elapsed() < Duration::from_secs(8), "{told:?}");
        assert!(server.log().contains("request failed"), "{}", server.log());
    }

    // Where a part of the answer was sent, the connection is cut.
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{}", "x".repeat(500_000));
    let engine = ToldEngine::new(Told::Close(half));
    let (_store, server) = start(&engine.url, &[]);
    let cut = server.connect().request("GET", "/a/_search", &[], None);
    assert!(cut.is_err(), "{:?}", cut.map(|answer| answer.status));
    let redirect = Told::Answer(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_owned(),
    );
    let engine = ToldEngine::new(redirect);
    let (_store, server) = start(&engine.url, &[]);
    assert_eq!(server.get("/a").status, 302, "redirects are not followed");
}

#[test]
fn errors_of_what_stands_before_the_engine_have_the_known_shape() {
    let page = |status: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")
    };
    let nothing = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    for (told, status) in [
        (page("404 Not Found"), 502),
        (page("500 Internal Server Error"), 502),
        (page("503 Service Unavailable"), 503),
        (nothing("413 Request Entity Too Large"), 413),
        (nothing("404 Not Found"), 404),
        (nothing("418 I'm a teapot"), 418),
    ] {
        let engine = ToldEngine::new(Told::Answer(told));
        let (_store, server) = start(&engine.url, &[]);
        let _ = server.get("/a/_search").refusal(status);
    }
    let told = "Location: http://127.0.0.1:1/a\r\nWWW-Authenticate: Basic\r\nWarning: 199 proxy \"old\"\r\n";
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", told, "{}")));
    let (_store, server) = start(&engine.url, &[]);
    let answered = server.get("/a/_search").expect(200);
    for gone in ["location", "www-authenticate", "warning"] {
        assert_eq!(answered.header(gone), None, "{answered:?}");
    }
}

#[test]
fn a_request_behind_a_head_is_answered_too() {
    let told = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n";
    let engine = ToldEngine::new(Told::Answer(told.to_owned()));
    let (_store, server) = start(&engine.url, &[]);
    let mut connection = server.connect();
    let both = "HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /_license HTTP/1.1\r\nHost: localhost\r\n\r\n";
    connection.send(both.as_bytes()).unwrap();
    let head = connection.read_answer(true).unwrap().expect(200);
    assert_eq!(head.header("content-length"), Some("300"), "{head:?}");
    let _ = connection.read_answer(false).unwrap().expect(200).json();
}

#[test]
fn what_the_engine_does_not_know_is_sent_otherwise_or_not_at_all() {
    let engine = ToldEngine::new(Told::Answer(answer("200 OK", "", "{}")));
    let (_store, server) = start(&engine.url, &[]);
    for path in ["/_resolve/index/a", "/_cat/count", "/_cat/count/a"] {
        let _ = server.call("POST", path).expect(200);
        let head = engine.last().head;
        assert!(head.starts_with(&format!("GET {path} ")), "{head}");
    }
    let before = engine.count();
    for path in ["/a/_doc", "/a/_search", "/_bulk"] {
        let with = [("Content-Type", "application/json"), ("Content-Encoding", "zstd")];
        server.answer_to("POST", path, &with, Some(b"{}")).refused_naming(415, &["[zstd]"]);
    }
    assert_eq!(engine.count(), before);
}

#[test]
fn settings_are_checked() {
    let other = Server::start("memory:");
    let address = format!("http://{}", other.address());
    let over = |more: &[&str]| Launch::over("memory:").arguments(more.to_vec());
    over(&["--content", &address]).finish().gave_up_naming(&["does not answer as a search engine does"]);
    over(&["--content", "127.0.0.1:9200"]).finish().gave_up_naming(&["http://HOST:PORT"]);
    let secret = over(&["--content", "http://me:hidden@a"]).finish();
    secret.gave_up_naming(&["[password]", "[content]"]);
    assert!(!secret.log.contains("hidden"), "{}", secret.log);
    let deadline = over(&["--content", "http://a"]).variable("TRIBUTARY_CONTENT_DEADLINE", "soon").finish();
    deadline.gave_up_naming(&["TRIBUTARY_CONTENT_DEADLINE", "1 to 3600"]);
    let server = over(&["--content", "off"]).start();
    server.get("/a/_search").refused_naming(400, &["no handler found"]);
}
