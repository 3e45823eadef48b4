//! Compressed bodies that are malformed, and those that expand beyond the limit.

use std::sync::LazyLock;
use std::time::Instant;

use tributary_tests::packing::{gzip, raw_deflate, zlib, zstd};
use tributary_tests::{Server, TIMEOUT};

use super::changing_nothing;

const LIST: &str = "/_connector/_sync_job";
const BODY: &[u8] = br#"{"id":"nobody"}"#;
const LIMIT: usize = 1024 * 1024;
/// The maximum number of concurrent requests.
const AT_ONCE: usize = 64;
/// The maximum memory of the service: four times the limit for each request, plus the memory after start-up.
const MAXIMUM_MEMORY: usize = AT_ONCE * 4 * LIMIT + 64 * LIMIT;

/// Bodies below the limit that would take excessive memory or time to decompress completely.
static BOMBS: LazyLock<Vec<(&'static str, Vec<u8>)>> = LazyLock::new(|| {
    let blanks = vec![b' '; 4 * LIMIT];
    let filled = |piece: &[u8]| piece.repeat((LIMIT - 1) / piece.len());
    let skippable = [0x184D_2A50_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat();
    vec![
        ("gzip", filled(&gzip(&blanks))),
        ("gzip", filled(&gzip(b""))),
        ("deflate", zlib(&blanks)),
        ("deflate", raw_deflate(&blanks)),
        ("zstd", filled(&zstd(&blanks))),
        ("zstd", filled(&skippable)),
        ("zstd", filled(&zstd(b""))),
    ]
});

/// Sends a decompression bomb and reads the error: of its size, or of a missing body if the output is empty.
fn refused(server: &Server, encoding: &str, bomb: &[u8]) {
    let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
    let answer = server.answer_to("POST", LIST, &headers, Some(bomb));
    let status = if answer.status == 400 { 400 } else { 413 };
    let reason = answer.refusal(status);
    assert!(reason.contains("body"), "{encoding}: {reason}");
}

#[test]
fn bodies_that_cannot_be_decompressed() {
    changing_nothing(|server, _| {
        for encoding in ["gzip", "x-gzip", "deflate", "zstd"] {
            let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
            server.answer_to("POST", LIST, &headers, Some(BODY)).refused_naming(400, &["Content-Encoding"]);
        }
        for (encoding, packed) in [("gzip", gzip(BODY)), ("deflate", zlib(BODY)), ("zstd", zstd(BODY))] {
            let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
            let cut = &packed[..packed.len() - 1];
            server.answer_to("POST", LIST, &headers, Some(cut)).refused_naming(400, &["Content-Encoding"]);
            let longer = [&packed, BODY].concat();
            server
                .answer_to("POST", LIST, &headers, Some(&longer))
                .refused_naming(400, &["Content-Encoding"]);
            server.answer_to("POST", LIST, &headers, Some(&packed)).refused_naming(404, &["nobody"]);
        }
    });
}

#[test]
fn unsupported_content_encodings() {
    changing_nothing(|server, _| {
        for encoding in ["br", "gzip, gzip", "zstd,gzip", "compress", "nonsense", "gzip;q=1"] {
            let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
            let answer = server.answer_to("POST", LIST, &headers, Some(BODY));
            answer.refused_naming(415, &["Content-Encoding", encoding, "gzip, deflate, zstd, identity"]);
        }
        let twice = [
            ("Content-Type", "application/json"),
            ("Content-Encoding", "gzip"),
            ("Content-Encoding", "gzip"),
        ];
        let packed = gzip(&gzip(BODY));
        server.answer_to("POST", LIST, &twice, Some(&packed)).refused_naming(415, &["[gzip, gzip]"]);
    });
}

#[test]
fn aliases_and_several_members() {
    changing_nothing(|server, _| {
        let halves = |pack: fn(&[u8]) -> Vec<u8>| [pack(&BODY[..7]), pack(b""), pack(&BODY[7..])].concat();
        for (encoding, packed) in [
            ("GZip", gzip(BODY)),
            ("x-gzip", gzip(BODY)),
            ("gzip", halves(gzip)),
            ("Zstd", halves(zstd)),
            ("deflate", raw_deflate(BODY)),
            ("identity", BODY.to_vec()),
            ("identity, gzip", gzip(BODY)),
        ] {
            let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
            server.answer_to("POST", LIST, &headers, Some(&packed)).refused_naming(404, &["nobody"]);
        }
    });
}

#[test]
fn decompression_stops_at_the_limit() {
    changing_nothing(|server, _| {
        for (encoding, bomb) in BOMBS.iter() {
            assert!(bomb.len() < LIMIT);
            let started = Instant::now();
            refused(server, encoding, bomb);
            assert!(started.elapsed() < TIMEOUT / 3, "{encoding} took {:?}", started.elapsed());
        }
        let peak = server.peak_memory();
        assert!(peak < MAXIMUM_MEMORY, "{peak} bytes");
    });
}

#[test]
fn many_compressed_bodies_at_once() {
    changing_nothing(|server, _| {
        std::thread::scope(|scope| {
            for (encoding, bomb) in BOMBS.iter().cycle().take(AT_ONCE) {
                scope.spawn(move || refused(server, encoding, bomb));
            }
        });
        let peak = server.peak_memory();
        assert!(peak < MAXIMUM_MEMORY, "{peak} bytes");
    });
}

#[test]
fn compressed_bytes_over_the_limit() {
    changing_nothing(|server, _| {
        let empty = gzip(b"");
        let long = empty.repeat(2 * LIMIT / empty.len());
        refused(server, "gzip", &long);
        // Without a declared size.
        let mut connection = server.connect();
        let head = format!(
            "POST {LIST} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
             Transfer-Encoding: chunked\r\n\r\n{:x}\r\n",
            long.len()
        );
        connection.send(head.as_bytes()).unwrap();
        // The answer is what matters, even if it arrives before everything was sent.
        let _ = connection.send(&long).and_then(|()| connection.send(b"\r\n0\r\n\r\n"));
        connection.read_answer(false).unwrap().refused_naming(413, &["1048576", "body_limit"]);
    });
}
