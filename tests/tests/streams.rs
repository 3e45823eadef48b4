//! Streams over the real binary: bounded memory, slow clients, and clients that go away.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tributary_domain::{Collection, Document, Id};
use tributary_storage::{Registry, StoreExt as _};
use tributary_tests::{Launch, Server, TIMEOUT, embedded, folder, wait_until};

const JOBS: usize = 100_000;
const STREAM: &str = "/_connector/_sync_job/_stream";
const MEBIBYTE: usize = 1024 * 1024;

/// Fills a store with jobs of about 400 bytes, each with texts of its own: 40 MB in all.
async fn fill(url: &str) {
    let store = Registry::with_built_in().open(url).await.expect("a store");
    let filler = "x".repeat(250);
    for start in (0..JOBS).step_by(5_000) {
        let job = |number: usize| {
            let text = format!(
                r#"{{"created_at":{},"status":"completed","connector":{{"id":"c"}},"error":"{number} {filler}"}}"#,
                1_767_225_600_000 + number
            );
            let id = Id::parse("id", format!("job-{number:06}")).expect("an id");
            (id, Document::parse(&text).expect("a document"))
        };
        let jobs = (start..start + 5_000).map(job).collect();
        assert!(store.create_many(Collection::SYNC_JOBS, jobs).await.iter().all(Result::is_ok));
    }
    store.close().await.expect("closed");
}

/// A client with a small receive buffer that has asked for the stream.
fn client(server: &Server, more: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.connect(&server.address().into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let head = format!("GET {STREAM} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The processor time of the service in ticks.
fn ticks(server: &Server) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.process())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test]
async fn a_stream_of_any_length_needs_little_memory_and_no_client_that_is_gone() {
    let folder = folder();
    let store = embedded(folder.path());
    fill(&store).await;
    // With several threads some would open their descriptors late.
    let server = Launch::over(&store).arguments(["--body-timeout", "2", "--workers", "1"]).start();
    let _ = server.get("/_health/ready").expect(200);
    let (memory, descriptors) = (server.peak_memory(), server.open_descriptors());

    everything_arrives(&server);
    a_slow_client_is_not_cut_off(&server);
    let clients: Vec<_> = (0..10).map(|_| client(&server, "")).collect();
    wait_until("clients that take nothing are given up", || {
        server.log().matches("takes too little of an answer").count() == clients.len()
    });
    wait_until("their connections are closed", || server.open_descriptors() <= descriptors);
    let grown = server.peak_memory() - memory;
    assert!(grown < 80 * MEBIBYTE, "{} MiB more at the peak", grown / MEBIBYTE);

    drop(client(&server, "Accept-Encoding: gzip\r\n"));
    drop(client(&server, ""));
    wait_until("their connections are closed", || server.open_descriptors() <= descriptors);
    let before = ticks(&server);
    sleep(Duration::from_secs(1));
    let worked = ticks(&server) - before;
    assert!(worked < 20, "{worked} ticks of work for nobody");
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
}

fn everything_arrives(server: &Server) {
    let answer = server.get(STREAM).expect(200);
    let lines: Vec<&str> = answer.body.lines().collect();
    assert_eq!(lines.last(), Some(&r#"{"complete":true,"count":100000}"#));
    let is_in_order =
        |(number, line): (usize, &&str)| line.starts_with(&format!(r#"{{"id":"job-{number:06}","#));
    assert!(lines.len() == JOBS + 1 && lines[..JOBS].iter().enumerate().all(is_in_order));
    let head = server.call("HEAD", STREAM).expect(200);
    assert_eq!(head.header("content-type"), Some("application/x-ndjson"));
    let mut connection = server.connect();
    let head = format!("GET {STREAM} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
    connection.send(head.as_bytes()).unwrap();
    let (packed, body) = connection.read_packed_answer(false).unwrap();
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
    assert_eq!(text, answer.body, "the same packed");
}

/// Takes a little for longer than a connection may stall, and then the rest.
fn a_slow_client_is_not_cut_off(server: &Server) {
    let mut client = client(server, "");
    let mut piece = [0; 16 * 1024];
    for _ in 0..50 {
        client.read_exact(&mut piece).expect("the connection is kept");
        sleep(Duration::from_millis(100));
    }
    let mut rest = String::new();
    client.read_to_string(&mut rest).expect("the connection is kept");
    let end = &rest[rest.len().saturating_sub(200)..];
    assert!(end.contains(r#"{"complete":true,"count":100000}"#), "not complete: {end}");
}
