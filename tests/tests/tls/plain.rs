//! What is not TLS comes to a port that speaks it, and the other way round.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tributary_tests::{Server, TIMEOUT, wait_until};

use crate::setup::{Secured, curl};

fn connect(secured: &Secured) -> TcpStream {
    let stream = TcpStream::connect(secured.server.address()).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

#[test]
fn plain_http_is_told_where_it_is() {
    let secured = Secured::start();
    let url = secured.url("/_connector").replace("https:", "http:");
    for more in [&["--http1.1"][..], &["--http2"], &["--http2-prior-knowledge"], &["--data", "{}"]] {
        let ran = curl(&[more, &[&url]].concat());
        if more == ["--http2-prior-knowledge"] {
            // It expects HTTP/2, and gets an answer that it can tell is none.
            assert!(!ran.is_success, "{ran:#?}");
        } else {
            assert!(ran.output.contains("this port speaks HTTPS"), "{more:?}: {ran:#?}");
        }
    }
    let answer = secured.server.get("/_connector?status=pending");
    answer.refused_naming(400, &["HTTPS", "https://"]);
    assert_eq!(answer.header("connection"), Some("close"));
    let mut connection = secured.server.connect();
    let large = vec![b'x'; 300_000];
    let answer = connection.request("PUT", "/_connector/a", &[], Some(&large)).unwrap();
    answer.refused_naming(400, &["HTTPS"]);
    assert!(connection.read_to_end().unwrap().is_empty(), "it is closed without a reset");
    wait_until("the requests are logged", || {
        let log = secured.server.log();
        log.contains("path=\"/_connector/a\" status=400") && !log.contains("pending")
    });
}

#[test]
fn what_is_neither_is_closed() {
    let secured = Secured::start();
    // Not a version of TLS, a record that is too long, and an end in the middle.
    for bytes in [&b"\x80\x2e\x01\x00\x02"[..], b"\x16\x03\x01\xff\xff\x01", b"\x00\x00\x00\x00\x00\x00"] {
        let mut stream = connect(&secured);
        stream.write_all(bytes).unwrap();
        let mut received = Vec::new();
        // An alert, then the end.
        let _ = stream.read_to_end(&mut received);
        assert!(received.is_empty() || received[0] == 0x15, "{bytes:?}: {received:?}");
    }
    let mut stream = connect(&secured);
    stream.write_all(b"\x16\x03\x01").unwrap();
    drop(stream);
    secured.curl("/_health/live", &[]).good();
    secured.server.stop().without_panic();
}

#[test]
fn slow_handshakes_are_cut_off() {
    let secured = Secured::start_with(|_, _, launch| launch.variable("TRIBUTARY_HEADER_TIMEOUT", "1"));
    let started = Instant::now();
    let mut silent = connect(&secured);
    let mut begun = connect(&secured);
    begun.write_all(b"\x16\x03\x01\x02\x00\x01").unwrap();
    let mut plain = connect(&secured);
    plain.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0);
    assert_eq!(begun.read(&mut [0; 16]).unwrap(), 0);
    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    // Whoever does the handshake and then says nothing is cut off too.
    let idle = secured.openssl(&["-alpn", "http/1.1", "-no_ign_eof"], "");
    assert!(idle.output.contains("CONNECTED"), "{idle:#?}");
    assert!(started.elapsed() >= Duration::from_secs(1) && started.elapsed() < TIMEOUT);
    wait_until("it is logged", || secured.server.log().contains("its TLS handshake was not done in time"));
}

#[test]
fn tls_to_a_plain_port_is_answered() {
    let server = Server::start("memory:");
    let url = format!("https://{}/", server.address());
    curl(&["--insecure", &url]).failed_saying("wrong version number");
    wait_until("it is logged", || server.log().contains("method=\"-\" path=\"/\" status=400"));
}
