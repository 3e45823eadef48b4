//! Answers that clients do not read, or read slowly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tributary_tests::{Launch, Server, TIMEOUT, wait_until};

const KIBIBYTE: usize = 1024;
/// The size of each document, just below the limit of a body.
const DOCUMENT: usize = 1000 * KIBIBYTE;
/// The number of clients that do not read.
const CLIENTS: usize = 20;
const GET: &[u8] = b"GET /_connector HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// A service that closes a connection after a second without write progress. With several threads some would open
/// their descriptors late.
fn service() -> Server {
    Launch::over("memory:").arguments(["--body-timeout", "1", "--workers", "1"]).start()
}

/// Creates a list of this many large documents.
fn fill(server: &Server, documents: usize) {
    let body = format!(r#"{{"description":"{}"}}"#, "d".repeat(DOCUMENT));
    let mut connection = server.connect();
    for number in 0..documents {
        let (target, headers) = (format!("/_connector/c{number}"), [("Content-Type", "application/json")]);
        let answer = connection.request("PUT", &target, &headers, Some(body.as_bytes()));
        let _ = answer.unwrap().expect(201);
    }
}

/// A client with a small receive buffer, which has requested the list.
fn client(server: &Server) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(16 * KIBIBYTE).unwrap();
    socket.connect(&server.address().into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(GET).unwrap();
    stream
}

#[test]
fn unread_answers_are_aborted() {
    let server = service();
    fill(&server, 8);
    let before = server.open_descriptors();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| client(&server)).collect();
    wait_until("all answers are given up", || {
        server.log().matches("takes too little of an answer").count() == CLIENTS
    });
    wait_until("the connections are closed", || server.open_descriptors() <= before);
    for client in &mut clients {
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest);
        assert!(rest.len() < 4 * DOCUMENT, "{} bytes arrived nevertheless", rest.len());
    }
    let _ = server.get("/_health/live").expect(200);
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
}

#[test]
fn slowly_read_answers_arrive_completely() {
    let (server, documents) = (service(), 5);
    fill(&server, documents);
    let mut client = client(&server);
    let (mut piece, mut received) = (vec![0; 64 * KIBIBYTE], 0);
    loop {
        match client.read(&mut piece).expect("the connection is kept") {
            0 => break,
            length => received += length,
        }
        sleep(Duration::from_millis(20));
    }
    assert!(received > documents * DOCUMENT, "{received} bytes");
}
