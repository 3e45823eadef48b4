//! What the HTTP library reads, for any input in pieces of any length.

use std::collections::VecDeque;
use std::task::Waker;

use actix_http::h1::{Codec, Message, MessageType};
use actix_web::http::header::HeaderName;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;
use tokio_util::codec::Decoder as _;

use super::super::open_connections::OpenConnections;
use super::*;

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const PUT: &str = "PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
const CHUNKED: &str = "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n2\r\n[]\r\n0\r\nA: b\r\n\r\n";
const UPGRADE: &str = "PUT /d HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\n{}";
const TIMEOUT: Duration = Duration::from_secs(5);
const LIMITS: Limits = Limits { head_timeout: TIMEOUT, write_timeout: TIMEOUT, body_limit: u64::MAX };

fn open() -> OpenConnection {
    OpenConnections::default().open()
}

/// A client that sends pieces, and then nothing more.
struct Pieces(VecDeque<Vec<u8>>);

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.front_mut() {
            None => Poll::Ready(Ok(())),
            // Every piece arrives separately.
            Some(piece) if piece.is_empty() => {
                self.0.pop_front();
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(piece) => {
                let length = piece.len().min(out.remaining());
                out.put_slice(&piece.drain(..length).collect::<Vec<u8>>());
                Poll::Ready(Ok(()))
            }
        }
    }
}

/// The requests that the HTTP library's codec parses from this input in pieces of a given length: method, path,
/// headers, body. It must not report an error, and must be between two requests whenever the connection is.
fn read(sent: &[u8], piece: usize, room: usize) -> Vec<String> {
    let mut connection =
        Connection::new(Pieces(sent.chunks(piece).map(<[u8]>::to_vec).collect()), LIMITS, open());
    let mut context = Context::from_waker(Waker::noop());
    let (mut codec, mut unread, mut requests) = (Codec::default(), BytesMut::new(), Vec::new());
    loop {
        let mut space = vec![0; room];
        let mut out = ReadBuf::new(&mut space);
        match Pin::new(&mut connection).poll_read(&mut context, &mut out) {
            Poll::Pending if matches!(connection.next, Next::Answer) => {
                assert!(unread.is_empty(), "{:?} is read behind the last request", &unread[..]);
                return requests;
            }
            Poll::Pending => continue,
            Poll::Ready(result) => result.unwrap(),
        }
        if out.filled().is_empty() {
            return requests;
        }
        unread.extend_from_slice(out.filled());
        while let Some(message) = codec.decode(&mut unread).expect("nothing that is wrong") {
            match message {
                Message::Item(request) => {
                    let mut names: Vec<&str> =
                        request.head().headers.keys().map(HeaderName::as_str).collect();
                    names.sort_unstable();
                    requests.push(format!("{} {} {} ", request.method(), request.uri(), names.join(",")));
                }
                Message::Chunk(piece) => {
                    let body = requests.last_mut().expect("a body has a head");
                    body.push_str(&String::from_utf8_lossy(&piece.unwrap_or_else(|| ".".into())));
                }
            }
        }
        if let Next::Head(Progress { is_announced: false, .. }) = connection.next
            && connection.ready == 0
        {
            assert!(unread.is_empty(), "{:?} is read as a part of something", &unread[..]);
            assert!(matches!(codec.message_type(), MessageType::None), "a body goes on");
        }
    }
}

fn check(sent: &str, expected: &[&str]) {
    for piece in [1, 2, 3, 5, 8, 13, 64, 1_000_000] {
        for room in [2, 7, 8_192] {
            assert_eq!(read(sent.as_bytes(), piece, room), expected, "{sent:?} in pieces of {piece}");
        }
    }
}

const READ_GET: &str = "GET /a host ";
const READ_PUT: &str = "PUT /b content-length,host {}.";

#[actix_web::test]
async fn requests_are_read_as_they_are() {
    check(GET, &[READ_GET]);
    check(&[GET, PUT, GET].concat(), &[READ_GET, READ_PUT, READ_GET]);
    check(&[CHUNKED, GET].concat(), &["PUT /c host,transfer-encoding {}[].", READ_GET]);
    check("", &[]);
    check("\r\n\n\r\n", &[]);
    check(&["\r\n", PUT, "\r\n\n", GET, "\r\n"].concat(), &[READ_PUT, READ_GET]);
    let long =
        format!("GET /{} HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(60_000), "b".repeat(60_000));
    assert_eq!(read([&long, GET].concat().as_bytes(), 1_000, 8_192).len(), 2);
}

#[actix_web::test]
async fn requests_lose_their_wish_for_another_protocol() {
    let without = "PUT /d connection,content-length,host {}.";
    check(&[UPGRADE, GET, UPGRADE].concat(), &[without, READ_GET, without]);
}

#[actix_web::test]
async fn nothing_is_read_behind_the_last_request() {
    let with =
        |request: &str, option: &str| request.replace("Host: x", &format!("Host: x\r\nConnection: {option}"));
    check(&[GET, &with(GET, "close"), PUT].concat(), &[READ_GET, "GET /a connection,host "]);
    check(&[&with(PUT, "a, Close"), GET].concat(), &["PUT /b connection,content-length,host {}."]);
    check(&[&with(CHUNKED, "close"), GET].concat(), &["PUT /c connection,host,transfer-encoding {}[]."]);
    check(&[&with(UPGRADE, "close"), "nonsense"].concat(), &["PUT /d connection,content-length,host {}."]);
    let old = |option: &str| with(GET, option).replace("1.1", "1.0");
    let kept = "GET /a connection,host ";
    check(&[&*old("keep-alive"), &old("x"), GET].concat(), &[kept, kept]);
}

#[actix_web::test]
async fn a_head_that_is_refused_is_the_last() {
    for (refused, expected) in [
        ("GET /\u{fc} HTTP/1.1\r\n\r\n", "GET /%C3%BC connection,host,x-tributary-refused-head "),
        ("PUT /a HTTP/1.1\r\n\r\n", "PUT /a connection,host,x-tributary-refused-head "),
        ("CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", "- / connection,host,x-tributary-refused-head "),
    ] {
        check(&[PUT, refused, GET].concat(), &[READ_PUT, expected]);
    }
    // Nothing more arrives, but the head is incomplete.
    check(&GET[..GET.len() - 2], &["GET /a connection,host,x-tributary-refused-head "]);
    let forged = "GET /a HTTP/1.1\r\nHost: x\r\nX-Tributary-Refused-Head: timeout\r\n\r\n";
    check(&[forged, GET].concat(), &[READ_GET, READ_GET]);
}

#[actix_web::test]
async fn a_body_that_breaks_off_ends_the_connection() {
    check(&PUT[..PUT.len() - 1], &["PUT /b content-length,host {"]);
    let broken = CHUNKED.replace("[]\r\n0", "[]\r0");
    check(&[&broken, GET].concat(), &["PUT /c host,transfer-encoding {}[]"]);
    let broken = CHUNKED.replace("2;a", "z;a");
    check(&[&broken, GET].concat(), &["PUT /c host,transfer-encoding "]);
}

#[actix_web::test]
async fn what_does_not_arrive_in_time_is_refused() {
    tokio::time::pause();
    let (mut client, server) = tokio::io::duplex(64);
    let mut connection = Connection::new(server, LIMITS, open());
    let mut received = [0; 256];
    client.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(connection.read(&mut received).await.unwrap(), GET.len());
    // Between two requests the connection waits; the HTTP library decides how long.
    assert!(tokio::time::timeout(10 * TIMEOUT, connection.read(&mut received)).await.is_err());
    let started = Instant::now();
    client.write_all(b"GET /a").await.unwrap();
    assert_eq!(connection.read(&mut received).await.unwrap(), EMPTY_LINE.len());
    let length = connection.read(&mut received).await.unwrap();
    assert!(received[..length].ends_with(b"x-tributary-refused-head: timeout\r\n\r\n"));
    assert!(started.elapsed() >= TIMEOUT && started.elapsed() < 2 * TIMEOUT);
    assert_eq!(connection.read(&mut received).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_connection_that_is_never_used_ends() {
    tokio::time::pause();
    let (_client, server) = tokio::io::duplex(64);
    let started = Instant::now();
    assert_eq!(Connection::new(server, LIMITS, open()).read(&mut [0; 256]).await.unwrap(), 0);
    assert!(started.elapsed() >= TIMEOUT);
}

#[actix_web::test]
async fn the_rest_of_what_was_refused_is_read_before_the_end() {
    tokio::time::pause();
    let (mut client, server) = tokio::io::duplex(64);
    let mut connection = Connection::new(server, LIMITS, open());
    client.write_all(b"nonsense\r\n\r\n").await.unwrap();
    while connection.read(&mut [0; 256]).await.unwrap() > 0 {}
    let sends = async move {
        client.write_all(&[b'x'; 10_000]).await.unwrap();
        drop(client);
    };
    let (ended, ()) = tokio::join!(connection.shutdown(), sends);
    ended.unwrap();
}

#[actix_web::test]
async fn an_answer_that_is_not_taken_ends_in_an_error() {
    tokio::time::pause();
    let (_client, server) = tokio::io::duplex(64);
    let mut connection = Connection::new(server, LIMITS, open());
    connection.write_all(&[b'x'; 64]).await.unwrap();
    // Nothing is waiting to be written.
    tokio::time::sleep(10 * TIMEOUT).await;
    let started = Instant::now();
    let error = connection.write_all(b"x").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(started.elapsed() >= TIMEOUT && started.elapsed() < 2 * TIMEOUT);
}

#[actix_web::test]
async fn an_answer_that_is_taken_slowly_arrives() {
    tokio::time::pause();
    let (mut client, server) = tokio::io::duplex(8);
    let mut connection = Connection::new(server, LIMITS, open());
    let mut least = vec![0; usize::try_from(tributary_api::least_bytes(TIMEOUT)).unwrap()];
    let answer = vec![b'x'; 64 * least.len()];
    let takes = async move {
        for _ in 0..64 {
            tokio::time::sleep(TIMEOUT * 9 / 10).await;
            client.read_exact(&mut least).await.unwrap();
        }
    };
    let (written, ()) = tokio::join!(connection.write_all(&answer), takes);
    written.unwrap();
}

/// Parts of requests, valid and invalid.
fn parts() -> impl Strategy<Value = Vec<u8>> {
    let known = vec![
        GET,
        PUT,
        CHUNKED,
        UPGRADE,
        "GET / HTTP/1.1\r\n",
        "POST / HTTP/1.0\r\n",
        "CONNECT x:1 HTTP/1.1\r\n",
        "Host: x\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Connection: upgrade\r\n",
        "Connection: close\r\n",
        "Upgrade: websocket\r\n",
        "Expect: 100-continue\r\n",
        "A: b\r\n",
        "\r\n",
        "\n",
        "\r",
        " ",
        "5\r\n01234\r\n",
        "0\r\n",
        "0\r\n\r\n",
        "fffffffffffffffff\r\n",
        "5;a\r\n",
        ";",
        ":",
        "\0",
    ];
    let known = proptest::sample::select(known).prop_map(|part| part.as_bytes().to_vec());
    prop_oneof![10 => known, 1 => proptest::collection::vec(any::<u8>(), 1..4)]
}

proptest! {
    #[test]
    fn the_library_reads_all_as_the_connection_does(
        parts in proptest::collection::vec(parts(), 1..12),
        piece in 1_usize..80,
        room in 1_usize..80,
    ) {
        actix_web::rt::System::new().block_on(async { read(&parts.concat(), piece, room.max(EMPTY_LINE.len())) });
    }
}
