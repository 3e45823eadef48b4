//! Request framing: where one request ends and the next begins.

use std::fmt::Write as _;

use tributary_tests::Server;

use crate::answers;

const HEAD: &str = "PUT /_connector/c HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::start("memory:");
    let named = |name: &str| format!(r#"{{"name":"{name}"}}"#);
    let request = |number: usize| {
        let body = named(&"n".repeat(number));
        let target = HEAD.replace("/c ", &format!("/c{number} "));
        match number % 3 {
            0 => format!("GET /_connector/c{} HTTP/1.1\r\nHost: localhost\r\n\r\n", number - 1),
            1 => format!("{target}Content-Length: {}\r\n\r\n{body}", body.len()),
            _ => {
                let (first, second) = body.split_at(4);
                format!(
                    "{target}Transfer-Encoding: chunked\r\n\r\n4;a=b\r\n{first}\r\n{:X}\r\n{second}\r\n0\r\nA: b\r\n\r\n",
                    second.len()
                )
            }
        }
    };
    let all: String = (1..=60).map(request).collect();
    // In one piece, and in pieces with arbitrary boundaries.
    for piece in [all.len(), 1_000, 7] {
        let mut connection = server.connect();
        for piece in all.as_bytes().chunks(piece) {
            connection.send(piece).unwrap();
        }
        for (number, answer) in (1..).zip(answers(&mut connection, 60)) {
            if number % 3 == 0 {
                assert_eq!(answer.expect(200).json()["name"], "n".repeat(number - 1));
            } else {
                assert_eq!(answer.json()["id"], format!("c{number}"));
            }
        }
    }
}

#[test]
fn a_half_closed_connection_gets_its_answers() {
    let server = Server::start("memory:");
    let mut connection = server.connect();
    let get = "GET /_connector HTTP/1.1\r\nHost: localhost\r\n\r\n";
    connection.send(format!("{get}{HEAD}Content-Length: 2\r\n\r\n{{}}{get}").as_bytes()).unwrap();
    connection.close_sending().unwrap();
    let statuses: Vec<u16> = answers(&mut connection, 3).iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 201, 200]);
    assert!(connection.read_to_end().unwrap().is_empty());
}

#[test]
fn nothing_after_the_last_request_is_executed() {
    let server = Server::start("memory:");
    let long = format!(r#"{{"description":"{}"}}"#, "d".repeat(900_000));
    let put = |last: &str, body: &str| {
        let head = HEAD.replace("Host: localhost", &format!("Host: localhost\r\n{last}"));
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let get = "GET /_health/live HTTP/1.1\r\nHost: localhost\r\n";
    let after = "PUT /_connector/after HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    for (last, status) in [
        (format!("{get}Connection: close\r\n\r\n"), 200),
        (format!("{}\r\n", get.replace("1.1", "1.0")), 200),
        (put("Connection: close", "{}"), 201),
        (put("Connection: close", &long), 200),
        (put("Connection: close\r\nExpect: 100-continue", "{"), 100),
    ] {
        let mut connection = server.connect();
        connection.send(format!("{get}\r\n{last}{after}{after}").as_bytes()).unwrap();
        let _ = connection.read_answer(false).unwrap().expect(200);
        let mut answer = connection.read_answer(false).unwrap().expect(status);
        if status == 100 {
            answer = connection.read_answer(false).unwrap().expect(400);
        }
        if !last.contains("HTTP/1.0") {
            assert_eq!(answer.header("connection"), Some("close"), "{answer:?}");
        }
        let rest = connection.read_to_end().unwrap();
        assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    }
    let _ = server.get("/_connector/after").expect(404);
    assert_eq!(server.get("/_connector/c").json()["description"].as_str().map(str::len), Some(900_000));
}

#[test]
fn malformed_chunks_get_one_error_in_the_common_format() {
    let server = Server::start("memory:");
    let filler = "x".repeat(8 * 1024);
    let extension = format!("2;{filler}\r\n{{}}\r\n0\r\n\r\n");
    let trailers = format!("2\r\n{{}}\r\n0\r\nA: {filler}\r\n\r\n");
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "-2\r\n{}",
        "2\n{}\n0\n\n",
        "11111111111111111\r\n{}",
        &extension,
        &trailers,
    ] {
        let mut connection = server.connect();
        connection.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}").as_bytes()).unwrap();
        connection.read_answer(false).unwrap().refused_naming(400, &["chunks"]);
        let rest = connection.read_to_end().unwrap();
        assert!(rest.is_empty(), "{chunks:?}: {}", String::from_utf8_lossy(&rest));
    }
    let _ = server.get("/_connector/c").expect(404);
    let log = server.log();
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn a_body_after_100_continue_is_read_between_others() {
    let server = Server::start("memory:");
    let mut connection = server.connect();
    for _ in 0..3 {
        connection
            .send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n").as_bytes())
            .unwrap();
        let _ = connection.read_answer(false).unwrap().expect(100);
        connection.send(b"{}").unwrap();
        assert!([200, 201].contains(&connection.read_answer(false).unwrap().status));
        let _ = connection.request("GET", "/_connector/c", &[], None).unwrap().expect(200);
    }
}

#[test]
fn a_large_body_arrives_completely() {
    let server = Server::start("memory:");
    let body = format!(r#"{{"description":"{}"}}"#, "d".repeat(900_000));
    let mut connection = server.connect();
    for _ in 0..2 {
        let answer = connection.request(
            "PUT",
            "/_connector/c",
            &[("Content-Type", "application/json")],
            Some(body.as_bytes()),
        );
        assert!([200, 201].contains(&answer.unwrap().status));
    }
    let chunks: String = body.as_bytes().chunks(1_000).fold(String::new(), |mut chunks, chunk| {
        let text = std::str::from_utf8(chunk).expect("letters");
        let _ = write!(chunks, "{:x}\r\n{text}\r\n", chunk.len());
        chunks
    });
    let head = HEAD.replace("/c ", "/d ");
    connection.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").as_bytes()).unwrap();
    let _ = connection.read_answer(false).unwrap().expect(201);
    for id in ["c", "d"] {
        let document = server.get(&format!("/_connector/{id}")).json();
        assert_eq!(document["description"].as_str().map(str::len), Some(900_000), "{id}");
    }
}
