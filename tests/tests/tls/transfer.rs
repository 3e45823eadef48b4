//! Large bodies and answers, many requests at a time, and the end of the service.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use tributary_tests::tools::CURL;
use tributary_tests::wait_until;

use crate::connection::SecureConnection;
use crate::setup::Secured;

#[test]
fn large_bodies_and_answers_arrive_whole() {
    let secured = Secured::start();
    let file = secured.folder.path().join("body.json");
    let text = "x".repeat(700_000);
    for (number, version) in ["--http1.1", "--http2"].into_iter().enumerate() {
        let body = format!(r#"{{"name":"n{number}","description":"{text}"}}"#);
        std::fs::write(&file, &body).unwrap();
        let data = format!("@{}", file.display());
        let sent = ["--request", "PUT", "--header", "Content-Type: application/json", "--data-binary", &data];
        let path = format!("/_connector/large-{number}");
        let told = ["--write-out", "%{response_code}"];
        let answer = secured.curl(&path, &[&[version][..], &sent, &told].concat()).good();
        assert!(answer.ends_with("201"), "{answer}");
        // Without a length it is read to its end.
        let chunked = [&[version][..], &sent, &["--header", "Transfer-Encoding: chunked"], &told].concat();
        assert!(secured.curl(&path, &chunked).good().ends_with("200"), "{version}");
        for more in [&[][..], &["--compressed"]] {
            let answer = secured.curl(&path, &[&[version], more].concat()).good();
            assert!(answer.contains(&text), "{version} {more:?}: {} bytes", answer.len());
        }
        let list = secured.curl("/_connector", &[version]).good();
        assert!(list.len() > 700_000 * (number + 1), "{}", list.len());
        let head = secured.curl(&path, &[version, "--head"]).good().to_lowercase();
        assert!(head.contains("200") && head.contains("content-length: 70"), "{head}");

        std::fs::write(&file, "[".repeat(2_000_000)).unwrap();
        let refused = secured.curl(&path, &[&[version][..], &sent, &told].concat());
        assert!(refused.output.ends_with("413"), "{version}: {refused:?}");
        let unknown = secured.curl("/_connector?unknown", &[version]).good();
        assert!(unknown.contains("unrecognized parameter"), "{unknown}");
        std::fs::write(&file, format!("A: {}", "y".repeat(200_000))).unwrap();
        let long = secured.curl("/_health/live", &[&[version, "--header", &data][..], &told].concat());
        // HTTP/2 has no answer for one that is far too long.
        let is_refused = long.output.ends_with("431") || (version == "--http2" && !long.is_success);
        assert!(is_refused, "{version}: {long:?}");
    }
    secured.server.stop().without_panic();
}

#[test]
fn many_requests_run_at_a_time() {
    let secured = Secured::start();
    let url = secured.url("/_connector/[1-300]");
    let ca = ["--cacert", secured.ca.to_str().unwrap()];
    let many = [
        "--http2",
        "--parallel",
        "--parallel-max",
        "200",
        "--write-out",
        "%{response_code} %{http_version}\n",
    ];
    let ran = crate::setup::curl(&[&ca[..], &many, &["--output", "/dev/null", &url]].concat()).good();
    assert_eq!(ran.lines().filter(|line| *line == "404 2").count(), 300, "{ran}");
}

/// A stream of events over curl.
fn watch(secured: &Secured, version: &str) -> (std::process::Child, impl Iterator<Item = String> + use<>) {
    let mut child = Command::new(CURL.program)
        .args(["--silent", "--no-buffer", version, "--cacert"])
        .arg(&secured.ca)
        .arg(secured.url("/_connector/_sync_job/_watch"))
        .stdout(Stdio::piped())
        .spawn()
        .expect(CURL.install);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    (child, lines)
}

#[test]
fn the_end_of_the_service_ends_streams_and_idle_connections() {
    for version in ["--http1.1", "--http2"] {
        let secured = Secured::start();
        let mut idle = SecureConnection::open(&secured);
        assert_eq!(idle.get("/_health/live").0, 200);
        let unused = SecureConnection::open(&secured);
        let (mut child, mut lines) = watch(&secured, version);
        assert!(lines.next().is_some(), "{version}");
        // A request whose body is on the way when the service is to end.
        let mut running = SecureConnection::open(&secured);
        running.send(b"PUT /_connector/late HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n");
        assert_eq!(running.head().0, 100);
        secured.server.terminate();
        wait_until("the service ends", || secured.server.log().contains("SIGTERM"));
        running.send(b"{}");
        assert_eq!(running.head().0, 201, "{version}");
        let mut server = secured.server;
        let ended = server.wait();
        assert_eq!(ended.status.code(), Some(0), "{version}: {ended:#?}");
        assert!(!ended.log.contains("cut off"), "{version}: {ended:#?}");
        assert!(idle.is_closed(), "{version}");
        assert!(child.wait().unwrap().success(), "{version}: the stream of events is complete");
        drop((unused, lines));
    }
}
