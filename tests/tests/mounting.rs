//! The example runs, and serves the API beside its own pages.
#![allow(missing_docs, reason = "a test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use tributary_tests::{Connection, Mounted, TIMEOUT};

fn send(address: &str, request: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "{request} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
    connection
}

fn ask(address: &str, request: &str) -> String {
    let mut connection = send(address, request);
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_example_serves_the_api_under_its_prefixes() {
    let mounted = Mounted::start();
    let address = mounted.address();

    assert!(ask(address, "GET /").ends_with("a page of the service itself"));
    let put = ask(address, "PUT /search/_connector/c%2Fd");
    assert!(put.starts_with("HTTP/1.1 201") && put.ends_with(r#"{"result":"created","id":"c/d"}"#), "{put}");
    let list = ask(address, "GET /second/_connector?filter_path=count,results.id");
    assert!(list.ends_with(r#"{"count":1,"results":[{"id":"c/d"}]}"#), "{list}");
    let check_in = ask(address, "PUT /second/_connector/c%2Fd/_check_in/");
    assert!(check_in.ends_with(r#"{"result":"updated"}"#), "{check_in}");
    let missing = ask(address, "GET /search/_connector/_sync_job/nobody");
    assert!(
        missing.starts_with("HTTP/1.1 404") && missing.contains("x-elastic-product: Elasticsearch"),
        "{missing}"
    );
    let info = ask(address, "GET /search");
    assert!(info.contains(r#""cluster_name":"tributary""#), "{info}");
    let document = ask(address, "GET /second/_openapi.json?filter_path=servers.url");
    assert!(document.ends_with(r#"{"servers":[{"url":"/second"}]}"#), "{document}");
    let wrong = ask(address, "DELETE /search/_connector/_sync_job");
    assert!(wrong.starts_with("HTTP/1.1 405") && wrong.contains("allow: GET, HEAD, POST"), "{wrong}");
}

#[test]
fn whoever_waits_is_answered_when_the_service_is_asked_to_stop() {
    let mounted = Mounted::start();
    let address = mounted.address().to_owned();
    let call = |method: &str, target: &str, body: &str| {
        let headers = [("content-type", "application/json")];
        let mut connection = Connection::open(address.parse().unwrap()).unwrap();
        connection.request(method, target, &headers, Some(body.as_bytes())).unwrap().expect(201)
    };
    let _ = call("PUT", "/search/_connector/c", r#"{"index_name":"search-c","service_type":"s3"}"#);
    let job = call("POST", "/search/_connector/_sync_job", r#"{"id":"c"}"#).id();
    let wait = format!("GET /second/_connector/_sync_job/{job}?wait_for_completion=true&timeout=10m");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| ask(&address, &wait));
        let mut events = BufReader::new(send(&address, "GET /search/_connector/_sync_job/_watch"));
        let mut line = String::new();
        while !line.starts_with("event: position") {
            line.clear();
            assert_ne!(events.read_line(&mut line).unwrap(), 0, "the stream begins with its position");
        }
        // Long enough for the wait to begin; one that begins later is refused a connection.
        thread::sleep(Duration::from_secs(1));
        let start = Instant::now();
        assert!(mounted.stop().success());
        // It ends streams after 30 seconds by itself.
        assert!(start.elapsed() < TIMEOUT / 2, "after {:?}", start.elapsed());
        let mut rest = String::new();
        events.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("event: end") && rest.contains("shutdown"), "{rest}");
        let answer = waiting.join().unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("x-tributary-timed-out: true"),
            "{answer}"
        );
    });
}
