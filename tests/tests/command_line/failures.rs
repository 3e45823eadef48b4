//! What goes wrong: exit codes that scripts can tell apart, and a line that says why.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use tributary_tests::{Scenario, binary};

use crate::{Service, job, run};

/// An address that answers every request with this, or never if it is empty.
fn answering(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            if !answer.is_empty() {
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(answer.as_bytes());
            }
            kept.push(connection);
        }
    });
    address
}

#[test]
fn what_is_missing_refused_or_wrong() {
    let service = Service::new();
    Scenario(&service.server).connector("orders");
    let job = service.output(&["jobs", "create", "orders"]);
    let job = job.trim_end();
    service
        .run(3, &["jobs", "show", "none"])
        .gave_up_naming(&["sync job [none] does not exist (404 Not Found)\n"]);
    service.run(3, &["jobs", "create", "none"]).gave_up_naming(&["connector [none]"]);
    service.run(0, &["jobs", "cancel", job]);
    service.run(4, &["jobs", "cancel", job]).gave_up_naming(&["[canceled]", "(400 Bad Request)\n"]);
    service.run(4, &["jobs", "list", "--from", "10001"]).gave_up_naming(&["[from] + [size]"]);
    service.run(4, &["connectors", "list", "--index-name", "A"]).gave_up_naming(&["must be lowercase"]);
    for wrong in [
        &["jobs"][..],
        &["jobs", "show"],
        &["jobs", "list", "--status", "done"],
        &["jobs", "list", "--size", "-1"],
        &["jobs", "list", "--job-type", "full,half"],
        &["jobs", "create", "orders", "--type", "half"],
        &["jobs", "list", "--url", "ftp://a"],
        &["jobs", "list", "--request-timeout", "0"],
    ] {
        service.run(2, wrong);
    }
    let ended = service.run(2, &["jobs", "list", "--status", "done"]);
    assert!(ended.log.contains("--status") && ended.log.contains("in_progress"), "{}", ended.log);
}

#[test]
fn who_does_not_answer() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let list = ["jobs", "list", "--request-timeout", "1"];
    let cases = [
        (unused, 5, "cannot be reached: Connection refused"),
        (answering(""), 5, "did not answer within 1 seconds"),
        (
            answering("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy"),
            5,
            "cannot be reached: what is in front of it answers 503 Service Unavailable\n",
        ),
        (
            answering(
                "HTTP/1.1 503 Service Unavailable\r\nx-elastic-product: Elasticsearch\r\ncontent-length: 4\r\n\r\nbusy",
            ),
            5,
            "busy (503 Service Unavailable)",
        ),
        (
            answering("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nlost"),
            1,
            "answers 404 Not Found, but not as this API does: there is no header X-Elastic-Product",
        ),
        (
            answering("HTTP/1.1 501 Not Implemented\r\ncontent-length: 15\r\n\r\n<!DOCTYPE HTML>"),
            1,
            "answers 501 Not Implemented, but not as this API does",
        ),
        (
            answering(
                "HTTP/1.1 401 Unauthorized\r\nx-elastic-product: Elasticsearch\r\ncontent-length: 0\r\n\r\n",
            ),
            4,
            "no reason is given (401 Unauthorized)",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nx-elastic-product: OpenSearch\r\ncontent-length: 2\r\n\r\n{}"),
            1,
            "no header X-Elastic-Product",
        ),
        (
            answering("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n<html>\u{1b}[2J"),
            1,
            "not as this API does",
        ),
        (
            answering(
                "HTTP/1.1 400 \r\nx-elastic-product: Elasticsearch\r\ncontent-length: 7\r\n\r\n\u{1b}[2J\u{7}\nx",
            ),
            4,
            r"\u{1b}[2J\u{7} (400",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nx-elastic-product: Elasticsearch\r\ncontent-length: 100\r\n\r\n{"),
            5,
            "did not answer",
        ),
        (answering("nonsense\r\n\r\n"), 5, "cannot be reached"),
    ];
    for (address, code, reason) in cases {
        let ended = run(&format!("http://user:hunter2@{address}"), code, &list);
        ended.gave_up_naming(&["tributary: ", reason]);
        assert_eq!(ended.log.lines().count(), 1, "{}", ended.log);
        assert!(!ended.log.contains("hunter2"), "{}", ended.log);
    }
    let text =
        answering("HTTP/1.1 200 OK\r\nx-elastic-product: Elasticsearch\r\ncontent-length: 8\r\n\r\nnot json");
    run(&format!("http://{text}"), 1, &["jobs", "cancel", "x"]).gave_up_naming(&["not as this API does"]);
    let url = format!("https://{unused}");
    run(&url, 1, &["jobs", "list", "--ca-certificate", "/nowhere"])
        .gave_up_naming(&["/nowhere", "cannot be read"]);
    run(&url, 5, &["jobs", "list"]).gave_up_naming(&[&url, "cannot be reached"]);
    run("no url", 2, &["jobs", "list"]);
}

#[test]
fn a_reader_may_go_at_any_time() {
    let jobs: String = (0..100)
        .map(|number| {
            job(&format!("{number}-{}", "x".repeat(100)), &format!(r#"{{"a":"{}"}}"#, "y".repeat(4_000)))
        })
        .collect();
    let service = Service::holding(&jobs);
    for format in ["table", "json", "ndjson"] {
        let line = format!(
            r#""$B" jobs list --output {format} --url "$1" | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"#
        );
        let output = Command::new("bash")
            .args(["-c", &line, "bash", &service.url()])
            .env("B", binary())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "0\n", "{format}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(["", "100 of 100 jobs\n"].contains(&errors.as_str()), "{format}: {errors}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let service = Service::holding(&job("1", "{}"));
    for arguments in ["jobs list", "jobs show 1", "completion bash"] {
        let output = Command::new("bash")
            .args(["-c", &format!(r#""$B" {arguments} >/dev/full"#)])
            .env("B", binary())
            .env("TRIBUTARY_URL", service.url())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("cannot be written to standard output"),
            "{output:?}"
        );
    }
}
