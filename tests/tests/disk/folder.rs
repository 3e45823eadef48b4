//! A folder that is removed or replaced under a running service: acknowledged writes must be where the next start
//! finds them.

use std::fs;
use std::path::Path;

use tributary_tests::{Launch, Server, embedded, folder, wait_until};

fn started(data: &Path) -> Server {
    let server = Server::start(&embedded(data));
    let _ = server.put("/_connector/one", "").expect(201);
    server
}

fn refuses(server: &Server) {
    for verb in ["two", "three"] {
        let answer = server.put(&format!("/_connector/{verb}"), "");
        answer.refused_naming(503, &["store"]);
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    assert_eq!(server.list("/_connector").ids(), ["one"], "reading goes on");
    wait_until("the log says why", || server.log().contains("Gone"));
}

#[test]
fn removed() {
    let place = folder();
    let data = place.path().join("data");
    let server = started(&data);
    fs::remove_dir_all(&data).unwrap();
    refuses(&server);
    server.stop();
    assert!(!data.exists());
}

#[test]
fn moved_away_and_restored() {
    let place = folder();
    let (data, away) = (place.path().join("data"), place.path().join("away"));
    let server = started(&data);
    fs::rename(&data, &away).unwrap();
    refuses(&server);
    fs::rename(&away, &data).unwrap();
    assert_eq!(server.list("/_connector").ids(), ["one"]);
    let _ = server.put("/_connector/four", "").expect(201);
    server.kill().without_panic();
    assert_eq!(Server::start(&embedded(&data)).list("/_connector").ids(), ["four", "one"]);
}

#[test]
fn replaced_by_another_store() {
    let place = folder();
    let (data, other) = (place.path().join("data"), place.path().join("other"));
    let another = Server::start(&embedded(&other));
    let _ = another.put("/_connector/other", "").expect(201);
    another.stop();
    let server = started(&data);
    fs::remove_dir_all(&data).unwrap();
    fs::rename(&other, &data).unwrap();
    refuses(&server);
    server.stop();
    assert_eq!(
        Server::start(&embedded(&data)).list("/_connector").ids(),
        ["other"],
        "nothing leaked into it"
    );
}

/// The lock is in the database file as well.
#[test]
fn a_removed_lock_file_admits_no_second_process() {
    let place = folder();
    let data = place.path().join("data");
    let server = started(&data);
    fs::remove_file(data.join("lock")).unwrap();
    Launch::over(&embedded(&data)).finish().gave_up_naming(&[data.to_str().unwrap(), "another process"]);
    let _ = server.put("/_connector/two", "").expect(201);
    server.stop();
}
