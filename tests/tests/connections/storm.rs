//! Under a flood of malicious requests the service stays alive, and its memory small.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tributary_tests::Server;
use tributary_tests::packing::{gzip, zstd};

const MEBIBYTE: usize = 1024 * 1024;
/// The number of concurrent clients.
const CLIENTS: usize = 64;
/// The duration of the flood.
const STORM: Duration = Duration::from_secs(8);
/// The maximum memory: four times the body limit for each client, plus the memory after start-up.
const MAXIMUM_MEMORY: usize = (CLIENTS * 4 + 64) * MEBIBYTE;

/// Raw requests of all kinds that are rejected or ignored.
fn requests() -> Vec<Vec<u8>> {
    let head = "POST /_connector/_sync_job HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let packed = |encoding: &str, body: &[u8]| {
        let head = format!("{head}Content-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let filled = |piece: Vec<u8>| piece.repeat((MEBIBYTE - 1) / piece.len());
    let blanks = vec![b' '; 4 * MEBIBYTE];
    let text = |text: String| text.into_bytes();
    vec![
        packed("zstd", &filled(zstd(&blanks))),
        packed("gzip", &filled(gzip(&blanks))),
        packed("gzip", &filled(gzip(b""))),
        packed("br", b"{}"),
        text("GET /\u{fc} HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        text(format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}", "x".repeat(200_000))),
        text("GET /_connector HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".into()),
        text(format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
        text(format!("{head}Content-Length: 1000\r\n\r\n{{")),
        text(
            "GET /_connector HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                .repeat(100),
        ),
        text(format!("{head}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{{}}")),
    ]
}

#[test]
fn the_service_survives_a_storm_of_invalid_requests() {
    let server = Server::start("memory:");
    let requests = requests();
    let is_over = AtomicBool::new(false);
    let (server, requests, is_over) = (&server, &requests, &is_over);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                for request in requests.iter().cycle().skip(client) {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let mut connection = server.connect();
                    let _ = connection.send(request).and_then(|()| connection.close_sending());
                    let _ = connection.read_to_end();
                }
            });
        }
        let started = Instant::now();
        let mut answers = Vec::new();
        while started.elapsed() < STORM {
            // Response times are not checked: all clients run on the same machine, along with other tests.
            answers.push(server.connect().request("GET", "/_health/live", &[], None));
        }
        is_over.store(true, Ordering::Relaxed);
        for answer in answers {
            let _ = answer.expect("a sign of life").expect(200);
        }
    });
    let peak = server.peak_memory();
    assert!(peak < MAXIMUM_MEMORY, "{peak} bytes");
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
    let _ = server.get("/_connector").expect(200);
}
