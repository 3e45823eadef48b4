//! A full disk, simulated by a file size limit, which applies to root as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use tributary_tests::{Answer, Launch, Scenario, Server, binary, embedded, folder};

/// The unit of `ulimit -f`, by POSIX.
const BLOCK: u64 = 512;
const ROOM: u64 = 512 * 1024;
const WRITERS: usize = 6;

/// A start with a file size limit; `shell` is executed before it.
fn limited(shell: &str, store: &Path, bytes: u64) -> Launch {
    let script = format!(r#"{shell} ulimit -f "$1"; shift; exec "$@""#);
    Launch::of("/bin/sh").arguments(["-c", &script, "sh", &(bytes / BLOCK).to_string()]).arguments([
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

/// All stored documents, exactly.
fn all(server: &Server) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for list in ["/_connector?size=10000&include_deleted=true", "/_connector/_sync_job?size=10000"] {
        let list = server.list(list);
        assert_eq!(list.count, list.results.len());
        found.extend(list.ids().into_iter().zip(list.texts().into_iter().map(str::to_owned)));
    }
    found
}

fn description(text: &str) -> String {
    format!(r#"{{"description":"{text} {}"}}"#, "x".repeat(20_000))
}

/// Checks that an error has `Retry-After`; returns whether it was an error.
fn refused(answer: &Answer, success: u16) -> bool {
    if answer.status == success {
        return false;
    }
    answer.refused_naming(503, &["store", "again"]);
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{answer:?}");
    true
}

/// A service over a folder with a connector and a job, on a disk with a little space left.
fn nearly_full(folder: &Path) -> (Server, String) {
    let server = Server::start(&embedded(folder));
    let scenario = Scenario(&server);
    scenario.connector("before");
    let job = scenario.job("before", "full");
    server.limit_files(Some(longest_file(folder) + ROOM));
    (server, job)
}

/// Creates and changes connectors until this is refused repeatedly. Returns the expected state of each: `None` if even
/// its creation was refused.
fn fill(server: &Server, writer: usize) -> BTreeMap<String, Option<String>> {
    let mut known = BTreeMap::new();
    let mut refusals = 0;
    for number in 0.. {
        let id = format!("filler-{writer}-{number}");
        let url = format!("/_connector/{id}");
        if refused(&server.put(&url, &description("first")), 201) {
            known.insert(id, None);
            refusals += 1;
        } else if refused(&server.put(&url, &description("second")), 200) {
            known.insert(id, Some("first".to_owned()));
            refusals += 1;
        } else {
            known.insert(id, Some("second".to_owned()));
        }
        if refusals == 4 {
            break;
        }
    }
    known
}

fn check(server: &Server, known: &BTreeMap<String, Option<String>>) {
    for (id, expected) in known {
        let found = server.get(&format!("/_connector/{id}"));
        match expected {
            None => drop(found.refusal(404)),
            Some(text) => {
                let found = found.expect(200).json();
                let expected: serde_json::Value = serde_json::from_str(&description(text)).unwrap();
                assert_eq!(found["description"], expected["description"], "{id}");
            }
        }
    }
    let present = known.values().flatten().count();
    assert_eq!(server.list("/_connector?size=0").count, present + 1, "no more and no less");
}

#[test]
fn writers_fill_the_disk_and_nothing_acknowledged_is_lost() {
    let folder = folder();
    let (server, job) = nearly_full(folder.path());
    let (filled, reader_is_there) = (AtomicBool::new(false), Barrier::new(WRITERS + 1));
    let known = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (server, reader_is_there) = (&server, &reader_is_there);
                scope.spawn(move || {
                    reader_is_there.wait();
                    fill(server, writer)
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            reader_is_there.wait();
            while !filled.load(Ordering::Relaxed) {
                let _ = server.get(&format!("/_connector/_sync_job/{job}")).expect(200);
                let list = server.list("/_connector?size=10000");
                assert_eq!(list.count, list.results.len());
            }
        });
        let known: BTreeMap<_, _> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        filled.store(true, Ordering::Relaxed);
        reader.join().unwrap();
        known
    });
    assert!(known.values().flatten().count() > 5, "hardly anything was written: {}", known.len());
    // A job changes its status completely or not at all: such a small write may still fit.
    let claim = r#"{"worker_hostname":"w"}"#;
    let claim_is_refused = refused(&server.put(&format!("/_connector/_sync_job/{job}/_claim"), claim), 200);
    check(&server, &known);
    let before = all(&server);
    let ended = server.kill();
    ended.without_panic();
    assert!(ended.log.contains("space"), "the log says why: {}", ended.log);

    let server = Server::start(&embedded(folder.path()));
    check(&server, &known);
    assert_eq!(all(&server), before);
    let found = server.get(&format!("/_connector/_sync_job/{job}")).expect(200).json();
    assert_eq!(found["status"], if claim_is_refused { "pending" } else { "in_progress" });
    if claim_is_refused {
        Scenario(&server).claim(&job, "w");
    }
    server.stop();
}

#[test]
fn writes_resume_when_there_is_space_again() {
    let folder = folder();
    let (server, job) = nearly_full(folder.path());
    for _ in 0..3 {
        let mut known = fill(&server, 0);
        server.limit_files(None);
        for (id, state) in known.iter_mut().filter(|(_, state)| state.as_deref() != Some("second")) {
            let created = u16::from(state.is_none());
            let _ = server.put(&format!("/_connector/{id}"), &description("second")).expect(200 + created);
            *state = Some("second".to_owned());
        }
        check(&server, &known);
        for id in known.keys() {
            let _ = server.call("DELETE", &format!("/_connector/{id}?hard=true")).expect(200);
        }
        server.limit_files(Some(longest_file(folder.path()) + ROOM));
    }
    server.limit_files(None);
    Scenario(&server).claim(&job, "w");
    let before = all(&server);
    server.kill().without_panic();
    assert_eq!(all(&Server::start(&embedded(folder.path()))), before);
}

#[test]
fn deletions_succeed_or_are_refused_without_side_effects() {
    let folder = folder();
    let (server, job) = nearly_full(folder.path());
    let jobs: Vec<_> = std::iter::from_fn(|| {
        let body = r#"{"id":"before","job_type":"full"}"#;
        let answer = server.send("POST", "/_connector/_sync_job", body);
        (!refused(&answer, 201)).then(|| answer.id())
    })
    .collect();
    let mut expected = all(&server);
    assert_eq!(expected.len(), jobs.len() + 2);
    for id in jobs.iter().chain([&job]) {
        if !refused(&server.call("DELETE", &format!("/_connector/_sync_job/{id}")), 200) {
            expected.remove(id);
        }
    }
    assert_eq!(all(&server), expected);
    server.kill().without_panic();
    assert_eq!(all(&Server::start(&embedded(folder.path()))), expected);
}

#[test]
fn a_start_without_room_for_a_new_store() {
    let folder = folder();
    let data = folder.path().join("data");
    // With the trap the system makes a write fail; without it, it would end even a process that ignores the signal by
    // default.
    for shell in [r#"trap "" XFSZ;"#, ""] {
        for bytes in [0, 8 * BLOCK] {
            let ended = limited(shell, &data, bytes).finish();
            ended.gave_up_naming(&[data.to_str().unwrap(), "space"]);
        }
    }
    // The failed attempt leaves nothing that blocks the next one.
    Server::start(&embedded(&data)).stop();
}

#[test]
fn a_full_disk_does_not_keep_a_store_from_being_read() {
    let folder = folder();
    let (server, _) = nearly_full(folder.path());
    fill(&server, 0);
    let before = all(&server);
    server.kill().without_panic();
    let server = limited("", folder.path(), longest_file(folder.path()).next_multiple_of(BLOCK)).start();
    assert_eq!(all(&server), before);
    let answers = (0..20).map(|number| server.put(&format!("/_connector/{number}"), &description("new")));
    assert!(answers.into_iter().any(|answer| refused(&answer, 201)));
    server.kill().without_panic();
}
