//! Many clients at once that are idle, slow, or do not read: others are answered, and memory stays within its bounds.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tributary_tests::{Answer, Connection, Launch, Scenario, Server, TIMEOUT, wait_until};

const KIBIBYTE: usize = 1 << 10;
const MEBIBYTE: usize = 1 << 20;
const IDLE: usize = 200;
const SLOW: usize = 50;
/// The clients that do not read, and the documents of the list that they ask for.
const UNREAD: usize = 24;
const DOCUMENTS: usize = 8;
/// The memory for answers, which four of their lists fit into.
const ANSWERS: usize = 36 * MEBIBYTE;
/// What all of this may take: the answers, two more at a time until they are refused, and buffers.
const MAXIMUM_MEMORY: usize = ANSWERS + 4 * DOCUMENTS * MEBIBYTE + (IDLE + SLOW + UNREAD) * 256 * KIBIBYTE;

const LIST: &str = "GET /_connector HTTP/1.1\r\nHost: localhost\r\n\r\n";
const SLOW_HEAD: &str = "GET /_connector HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const SLOW_BODY: &str = "PUT /_connector/slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                         Content-Length: 900000\r\n\r\n";

/// Creates a list of about eight mebibytes.
fn fill(server: &Server) {
    let body = format!(r#"{{"description":"{}"}}"#, "d".repeat(1_000 * KIBIBYTE));
    for number in 0..DOCUMENTS {
        let _ = server.put(&format!("/_connector/c{number}"), &body).expect(201);
    }
}

fn open(server: &Server, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

/// The status of an answer of which nothing else is read.
fn status(stream: &mut TcpStream) -> u16 {
    let mut line = [0; 12];
    stream.read_exact(&mut line).expect("a status line");
    String::from_utf8_lossy(&line[9..]).parse().expect("a status")
}

/// Ordinary requests: none is refused, and none is lost.
fn use_service(server: &Server, kept: &mut Connection) {
    let get = |connection: &mut Connection, target: &str| {
        connection.request("GET", target, &[], None).expect("an answer").expect(200)
    };
    let _ = get(kept, "/_connector/_sync_job");
    let _ = get(&mut server.connect(), "/_health/live");
    let _ = server.put("/_connector/ordinary", r#"{"name":"a"}"#).expect(200);
}

#[test]
fn others_are_answered_beside_a_crowd() {
    let limits = ["--header-timeout", "3", "--body-timeout", "3", "--answer-memory", &ANSWERS.to_string()]
        .map(str::to_owned);
    let server = Launch::over("memory:").arguments(limits).start();
    fill(&server);
    Scenario(&server).connector("ordinary");
    let before = server.peak_memory();
    let mut kept = server.connect();
    let used_once = |_| {
        let mut connection = server.connect();
        let _ = connection.request("GET", "/_health/live", &[], None).unwrap().expect(200);
        connection
    };
    let mut idle: Vec<Connection> = (0..IDLE).map(used_once).collect();
    let mut slow: Vec<TcpStream> =
        (0..SLOW).map(|number| open(&server, [SLOW_HEAD, SLOW_BODY][number % 2])).collect();
    let mut unread: Vec<TcpStream> = (0..UNREAD).map(|_| open(&server, LIST)).collect();
    let statuses: Vec<u16> = unread.iter_mut().map(status).collect();
    let answered = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(answered, ANSWERS / (DOCUMENTS * 1_000 * KIBIBYTE), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");

    // A byte now and then, far below the least speed, until all are cut off.
    let start = Instant::now();
    let is_cut_off = || server.log().matches("takes too little of an answer").count() == answered;
    while !slow.is_empty() || !is_cut_off() {
        assert!(start.elapsed() < TIMEOUT, "{} slow clients are still served", slow.len());
        use_service(&server, &mut kept);
        slow.retain_mut(|stream| stream.write_all(b"1").is_ok());
        std::thread::sleep(Duration::from_millis(100));
    }
    let memory = server.peak_memory() - before;
    assert!(memory < MAXIMUM_MEMORY, "{memory} bytes");
    for connection in &mut idle {
        let _ = connection.request("GET", "/_health/live", &[], None).unwrap().expect(200);
    }
    // The memory is there for others again.
    assert!(server.get("/_connector").expect(200).body.len() > DOCUMENTS * 1_000 * KIBIBYTE);
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}

#[test]
fn slow_senders_are_told_and_cut_off() {
    let server = Launch::over("memory:").arguments(["--body-timeout", "2"]).start();
    let mut connection = server.connect();
    connection.send(SLOW_BODY.as_bytes()).unwrap();
    let start = Instant::now();
    while connection.send(b" ").is_ok() && start.elapsed() < Duration::from_secs(3) {
        std::thread::sleep(Duration::from_millis(50));
    }
    connection.read_answer(false).unwrap().refused_naming(408, &["too slowly", "[2048] bytes"]);
    // Twice as fast as has to be.
    let mut connection = server.connect();
    let description = "d".repeat(8 * KIBIBYTE);
    let body = format!(r#"{{"description":"{description}"}}"#);
    let head = format!(
        "PUT /_connector/c HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.send(head.as_bytes()).unwrap();
    for piece in body.as_bytes().chunks(KIBIBYTE) {
        connection.send(piece).unwrap();
        std::thread::sleep(Duration::from_millis(500));
    }
    let _ = connection.read_answer(false).unwrap().expect(201);
}

/// What a connection is answered without having sent anything.
fn unasked(server: &Server) -> (Answer, io::Result<Vec<u8>>) {
    let mut connection = server.connect();
    let answer = connection.read_answer(false).expect("an answer");
    (answer, connection.read_to_end())
}

#[test]
fn connections_beyond_the_limit_are_told_before_anything_is_read() {
    let server = Launch::over("memory:").arguments(["--max-connections", "3"]).start();
    let mut open: Vec<Connection> = (0..3).map(|_| server.connect()).collect();
    for connection in &mut open {
        let _ = connection.request("GET", "/_health/live", &[], None).unwrap().expect(200);
    }
    let (answer, rest) = unasked(&server);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"));
    answer.refused_naming(429, &["[3] connections", "max_connections"]);
    assert!(rest.is_ok_and(|rest| rest.is_empty()), "more than one answer, or a reset");
    // What was sent in vain does not cost the answer.
    let mut sender = server.connect();
    let body = " ".repeat(500 * KIBIBYTE);
    let head = SLOW_BODY.replace("900000", &body.len().to_string());
    let _ = sender.send((head + &body).as_bytes());
    sender.read_answer(false).unwrap().refused_naming(429, &["max_connections"]);
    for connection in &mut open {
        let _ = connection.request("GET", "/_connector", &[], None).unwrap().expect(200);
    }
    wait_until("the line in the log", || server.log().contains("connections were refused"));
    open.pop();
    wait_until("the place of a connection that was closed", || {
        let answer = server.connect().request("GET", "/_connector", &[], None);
        answer.is_ok_and(|answer| answer.status == 200)
    });
}

#[test]
fn requests_beyond_a_rate_are_told_when_to_come_back() {
    let server = Launch::over("memory:").arguments(["--requests-per-second-per-key", "5"]).start();
    let mut connection = server.connect();
    let mut get = |target: &str| connection.request("GET", target, &[], None).unwrap();
    let refused = (0..1_000).find_map(|_| Some(get("/_connector")).filter(|answer| answer.status != 200));
    let refused = refused.expect("a thousand requests a second are more than five");
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.refused_naming(429, &["[5] requests a second", "requests_per_second_per_key"]);
    for _ in 0..20 {
        let _ = get("/_health/live").expect(200);
    }
    wait_until("the time of the next request", || get("/_connector").status == 200);
}
