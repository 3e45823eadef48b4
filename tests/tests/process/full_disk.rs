//! A disk that is full: here a limit on the length of files, which root has to keep as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tributary_tests::{Ended, Launch, Server, binary, embedded, folder};

/// What `ulimit -f` counts in, by POSIX.
const BLOCK: u64 = 512;

/// A start that may not make any file longer than this.
fn limited(store: &Path, bytes: u64) -> Launch {
    // Without the trap the system would end the process instead of failing its write.
    let script = r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#;
    Launch::of("/bin/sh").arguments(["-c", script, "sh", &(bytes / BLOCK).to_string()]).arguments([
        binary().to_str().expect("a path that is text"),
        "--listen",
        "127.0.0.1:0",
        "--store",
        &embedded(store),
    ])
}

fn longest_file(folder: &Path) -> u64 {
    let lengths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    lengths.max().unwrap_or_default()
}

fn without_panic(ended: &Ended) {
    ended.without_panic();
}

fn all(server: &Server) -> BTreeMap<String, String> {
    let list = server.list("/_connector?size=10000");
    assert_eq!(list.count, list.results.len());
    list.ids().into_iter().zip(list.texts().into_iter().map(str::to_owned)).collect()
}

#[test]
fn writes_are_refused_reads_go_on_and_nothing_acknowledged_is_lost() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let _ = server.put("/_connector/before", r#"{"index_name":"search-before","service_type":"s3"}"#).expect(201);
    server.stop();
    let limit = longest_file(folder.path()) + 1024 * 1024;

    let server = limited(folder.path(), limit).start();
    let body = |index: u32| format!(r#"{{"name":"{index}","description":"{}"}}"#, "x".repeat(60_000));
    let mut acknowledged = vec!["before".to_owned()];
    let refused = (0..500).find_map(|index| {
        let answer = server.put(&format!("/_connector/filler-{index:03}"), &body(index));
        if answer.status == 201 {
            acknowledged.push(format!("filler-{index:03}"));
            return None;
        }
        Some((index, answer))
    });
    let (index, answer) = refused.expect("the disk is full at some point");
    answer.refused_naming(503, &["store", "again"]);
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{answer:?}");
    for _ in 0..5 {
        server.put(&format!("/_connector/filler-{index:03}"), &body(index)).refusal(503);
    }

    let read = all(&server);
    assert_eq!(read.keys().collect::<Vec<_>>(), acknowledged.iter().collect::<Vec<_>>());
    assert_eq!(server.get("/_connector/before").expect(200).json()["index_name"], "search-before");
    server.get(&format!("/_connector/filler-{index:03}")).refusal(404);
    assert!(server.log().contains("space"), "the log says why: {}", server.log());

    // The limit is gone after a kill; what was acknowledged is there, to the letter.
    without_panic(&server.kill());
    let server = Server::start(&embedded(folder.path()));
    assert_eq!(all(&server), read);
    let _ = server.put(&format!("/_connector/filler-{index:03}"), &body(index)).expect(201);
    server.stop();
}

#[test]
fn deleting_makes_room() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    server.stop();
    let server = limited(folder.path(), longest_file(folder.path()) + 1024 * 1024).start();
    let body = format!(r#"{{"description":"{}"}}"#, "x".repeat(60_000));
    let made = (0..500).take_while(|index| server.put(&format!("/_connector/{index}"), &body).status == 201).count();
    assert!((1..500).contains(&made), "{made}");
    let mut deleted = 0;
    for index in 0..made {
        let answer = server.call("DELETE", &format!("/_connector/{index}?hard=true"));
        assert!([200, 503].contains(&answer.status), "{answer:?}");
        deleted += usize::from(answer.status == 200);
    }
    assert_eq!(server.list("/_connector").count, made - deleted);
    if deleted > 2 {
        let _ = server.put("/_connector/again", "").expect(201);
    }
    let count = server.list("/_connector").count;
    without_panic(&server.stop());
    assert_eq!(Server::start(&embedded(folder.path())).list("/_connector").count, count);
}

#[test]
fn a_start_without_room_for_a_new_store() {
    let folder = folder();
    let data = folder.path().join("data");
    for bytes in [0, 8 * BLOCK] {
        let ended = limited(&data, bytes).finish();
        ended.gave_up_naming(&[data.to_str().unwrap(), "space"]);
    }
    // What was begun in vain does not stand in the way.
    Server::start(&embedded(&data)).stop();
}
