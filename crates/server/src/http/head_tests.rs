//! Heads that are accepted, with their framing, and heads that are rejected, with the reason.

use actix_http::ConnectionType;
use actix_http::h1::{Codec, Message};
use bytes::BytesMut;
use tokio_util::codec::Decoder as _;

use super::*;

const BODY_LIMIT: u64 = 1_000;

fn read(bytes: &[u8]) -> Result<Option<Head>, HeadRefusal> {
    super::read(bytes, BODY_LIMIT)
}

#[test]
fn heads_are_taken_with_the_body_behind_them() {
    for (head, body) in [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", None),
        ("GET /a?b=%C3%BC HTTP/1.0\r\n\r\n", None),
        ("GET http://x/a HTTP/1.1\nhost: x\n\n", None),
        ("GET HTTPS://x HTTP/1.1\nhost: x\n\n", None),
        ("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", None),
        ("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", None),
        ("PUT / HTTP/1.0\r\n\r\n", None),
        ("PUT / HTTP/1.1\r\nHost: x\r\ncontent-length: 007 \r\n\r\n", Some(Body::Length(7))),
        ("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n", Some(Body::Length(3))),
        (
            "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n",
            Some(Body::Chunked(Chunks::default())),
        ),
    ] {
        let read = read(format!("{head}behind").as_bytes()).unwrap().unwrap();
        assert_eq!((read.length, read.body, read.replaced), (head.len(), body, None), "{head:?}");
        for length in 0..head.len() {
            assert!(
                super::read(&head.as_bytes()[..length], BODY_LIMIT).unwrap().is_none(),
                "{head:?}: {length}"
            );
        }
    }
}

#[actix_web::test]
async fn the_last_request_is_known_by_its_head() {
    for (version, headers, expected) in [
        (1, "", false),
        (1, "Connection: keep-alive\r\n", false),
        (1, "Connection: closed\r\nX-Connection: close\r\n", false),
        (1, "Connection: close\r\n", true),
        (1, "connection: keep-alive , CLOSE\r\n", true),
        (1, "Connection: keep-alive\r\nConnection: close\r\n", true),
        (1, "Connection: close, \u{fc}\r\n", false),
        (0, "", true),
        (0, "Connection: upgrade\r\n", true),
        (0, "Connection: Keep-Alive\r\n", false),
        (0, "Connection: keep-alive, close\r\n", true),
    ] {
        let head = format!("GET / HTTP/1.{version}\r\nHost: x\r\n{headers}\r\n");
        assert_eq!(read(head.as_bytes()).unwrap().unwrap().is_last, expected, "{head:?}");
        // The HTTP library has to agree, or the connection would stay open without being read.
        let request = Codec::default().decode(&mut BytesMut::from(&*head)).unwrap().unwrap();
        let Message::Item(request) = request else { panic!("a body in {head:?}") };
        let is_closed = request.head().connection_type() != ConnectionType::KeepAlive;
        assert_eq!(is_closed, expected, "{head:?}");
    }
}

#[test]
fn heads_are_refused_with_what_is_wrong() {
    let with = |headers: &str| format!("PUT / HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n");
    let many = "A: b\r\n".repeat(MAXIMUM_HEADERS);
    for (head, expected) in [
        ("\u{16}\u{3}\u{1}\u{2}".to_owned(), HeadRefusal::Malformed),
        ("{}\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("GET\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("GET / HTTQ/1.1\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("GET _connector HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        ("#GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Malformed),
        (with("no colon"), HeadRefusal::Malformed),
        (with(" folded: x"), HeadRefusal::Malformed),
        (with("A : b"), HeadRefusal::Malformed),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), HeadRefusal::Version),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), HeadRefusal::Version),
        ("GET /\u{fc} HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Target),
        ("GET /?a=b c HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Target),
        ("GET /?a=<b> HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Target),
        ("GET /\u{7f} HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Target),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), HeadRefusal::Host),
        (with("Host: y"), HeadRefusal::Host),
        (with("Content-Length: nine"), HeadRefusal::BodyLength),
        (with("Content-Length: +9"), HeadRefusal::BodyLength),
        (with("Content-Length: -9"), HeadRefusal::BodyLength),
        (with("Content-Length:"), HeadRefusal::BodyLength),
        (with("Content-Length: 2, 2"), HeadRefusal::BodyLength),
        (with("Content-Length: 18446744073709551616"), HeadRefusal::BodyLength),
        (with("Content-Length: 2\r\nContent-Length: 2"), HeadRefusal::BodyLength),
        (with("Content-Length: 0\r\nTransfer-Encoding: chunked"), HeadRefusal::BodyLength),
        (with("Transfer-Encoding: chunked\r\nContent-Length: 2"), HeadRefusal::BodyLength),
        (with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), HeadRefusal::BodyLength),
        (with("Transfer-Encoding: gzip, chunked"), HeadRefusal::BodyLength),
        (with("Transfer-Encoding: identity"), HeadRefusal::BodyLength),
        ("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(), HeadRefusal::BodyLength),
        ("POST / HTTP/1.0\r\n\r\n".to_owned(), HeadRefusal::BodyLength),
        ("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), HeadRefusal::Connect),
        (with(&many), HeadRefusal::TooManyHeaders),
        (with(&format!("A: {}", "b".repeat(MAXIMUM_LENGTH))), HeadRefusal::TooLong),
        (with(&format!("{}: b", "a".repeat(MAXIMUM_NAME + 1))), HeadRefusal::TooLong),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(MAXIMUM_NAME)), HeadRefusal::TooLong),
    ] {
        let refusal = read(head.as_bytes()).expect_err(&head);
        assert_eq!(refusal, expected, "{head:?}");
        let standing = standing_for(refusal, head.as_bytes());
        let taken = read(standing.as_bytes()).unwrap().unwrap();
        assert_eq!((taken.length, taken.body), (standing.len(), None), "{standing}");
    }
}

#[test]
fn what_stands_for_a_refused_head_tells_what_is_known_of_it() {
    for (head, expected) in [
        ("GET /a/\u{fc}<?b=\u{fc} HTTP/1.1\r\n\r\n", "GET /a/%C3%BC%3C HTTP/1.1\r\n"),
        ("\r\nHEAD /a b HTTP/1.1\r\n\r\n", "HEAD /a HTTP/1.1\r\n"),
        ("PUT /a", "PUT /a HTTP/1.1\r\n"),
        ("CONNECT x:80 HTTP/1.1\r\n", "- / HTTP/1.1\r\n"),
        ("\u{16}\u{3}\u{1}", "- / HTTP/1.1\r\n"),
        ("", "- / HTTP/1.1\r\n"),
    ] {
        let standing = standing_for(HeadRefusal::TooLong, head.as_bytes());
        let rest = "host: -\r\nconnection: close\r\nx-tributary-refused-head: too-long\r\n\r\n";
        assert_eq!(standing.strip_prefix(expected), Some(rest), "{head:?}");
    }
}

#[test]
fn wishes_for_another_protocol_are_left_out() {
    for (headers, expected) in [
        ("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA", "Connection: \r\n"),
        (
            "connection: keep-alive , UPGRADE\r\nA: b\r\nupgrade: websocket",
            "connection: keep-alive\r\nA: b\r\n",
        ),
        ("Connection: close,upgrade\r\nConnection: upgrade", "Connection: close\r\nConnection: \r\n"),
        ("Upgrade: h2c\r\nUpgrade: websocket", ""),
        ("X-Tributary-Refused-Head: timeout\r\nA: b", "A: b\r\n"),
    ] {
        let head = format!("PUT /a?b=c HTTP/1.1\r\nHost: x\r\n{headers}\r\nContent-Length: 2\r\n\r\n");
        let read = read(head.as_bytes()).unwrap().unwrap();
        assert_eq!((read.length, read.body), (head.len(), Some(Body::Length(2))));
        let replaced = String::from_utf8(read.replaced.unwrap()).unwrap();
        let whole = format!("PUT /a?b=c HTTP/1.1\r\nHost: x\r\n{expected}Content-Length: 2\r\n\r\n");
        assert_eq!(replaced, whole, "{headers}");
    }
    let kept = "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nX-Upgrade: h2c\r\n\r\n";
    assert!(read(kept.as_bytes()).unwrap().unwrap().replaced.is_none());
}

#[test]
fn a_body_that_is_too_long_is_not_asked_for() {
    for (length, is_kept) in [("1000", true), ("1001", false), ("18446744073709551615", false)] {
        let head =
            format!("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        let replaced = read(head.as_bytes()).unwrap().unwrap().replaced;
        let expected = head.replace("Expect: 100-continue\r\n", "").into_bytes();
        assert_eq!(replaced, (!is_kept).then_some(expected), "{length}");
    }
}
