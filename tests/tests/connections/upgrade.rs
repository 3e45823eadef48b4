//! Clients that offer a protocol upgrade: they get HTTP/1.1, and keep their connections.

use std::process::Command;

use tributary_tests::{Relay, Scenario, Server, tools};

use crate::answers;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/Requests.java");
const BODY: &str = r#"{"name":"a"}"#;

#[test]
fn the_client_of_the_jdk_gets_all_answers_on_few_connections() {
    let server = Server::start("memory:");
    let relay = Relay::to(server.address());
    let url = format!("http://{}", relay.address());
    let output = tools::run(&tools::JAVA, Command::new("java").args([PROGRAM, &url, "200"]));
    assert_eq!(output, "answered 400\n");
    // One for consecutive requests and one for each other thread; a client may open one too many at a time.
    assert!(relay.connections() <= 16, "{} connections", relay.connections());
}

#[test]
fn curl_keeps_its_connection_while_it_asks_for_http2() {
    let server = Server::start("memory:");
    let relay = Relay::to(server.address());
    let url = format!("http://{}/_connector", relay.address());
    let body = ["--json", BODY];
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--http2", "--write-out", " %{http_code} %{http_version} "]);
    let output = tools::run(&tools::CURL, command.args(body).args([&url, &url, &url]));
    assert_eq!(output.matches(" 201 1.1 ").count(), 3, "{output}");
    assert_eq!(relay.connections(), 1, "{output}");
}

#[test]
fn every_upgrade_is_ignored() {
    let server = Server::start("memory:");
    Scenario(&server).connector("c");
    let mut connection = server.connect();
    for wish in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13",
        "connection: keep-alive,UPGRADE\r\nupgrade: TLS/1.0, HTTP/1.1",
        "Upgrade: websocket",
        "Connection: upgrade",
        "Connection: upgrade\r\nConnection: keep-alive\r\nUpgrade: h2c\r\nUpgrade: websocket",
    ] {
        let get = format!("GET /_connector/c HTTP/1.1\r\nHost: localhost\r\n{wish}\r\n\r\n");
        let head = format!(
            "PUT /_connector/c HTTP/1.1\r\nHost: localhost\r\n{wish}\r\nContent-Type: application/json\r\n"
        );
        let sized = format!("{head}Content-Length: {}\r\n\r\n{BODY}", BODY.len());
        let chunked =
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
        // All on one connection, first consecutively and then pipelined.
        for request in [&get, &sized, &chunked] {
            connection.send(request.as_bytes()).unwrap();
            let answer = connection.read_answer(false).unwrap().expect(200);
            assert_eq!((answer.header("connection"), answer.header("upgrade")), (None, None), "{wish}");
        }
        connection.send([&*get, &*sized, &*chunked, &*get].concat().as_bytes()).unwrap();
        assert!(answers(&mut connection, 4).iter().all(|answer| answer.status == 200), "{wish}");
    }
    let last =
        "GET /_connector/c HTTP/1.1\r\nHost: localhost\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n";
    connection.send(last.as_bytes()).unwrap();
    assert_eq!(connection.read_answer(false).unwrap().expect(200).header("connection"), Some("close"));
    assert!(connection.read_to_end().unwrap().is_empty());
}
