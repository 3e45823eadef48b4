//! Corrupt data files.

use std::fs;
use std::path::{Path, PathBuf};

use tributary_tests::{Launch, Scenario, Server, embedded, folder};

/// A closed folder with some jobs, and its database.
fn filled(place: &Path) -> PathBuf {
    let server = Server::start(&embedded(place));
    let scenario = Scenario(&server);
    scenario.connector("connector-1");
    (0..20).for_each(|_| drop(scenario.job("connector-1", "full")));
    server.stop();
    place.join("tributary.redb")
}

/// Corrupts the database, and checks that start-up reports it and does not modify the file.
fn check(damage: impl FnOnce(&mut Vec<u8>)) {
    let folder = folder();
    let file = filled(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    damage(&mut bytes);
    fs::write(&file, &bytes).unwrap();
    for _ in 0..2 {
        let ended = Launch::over(&embedded(folder.path())).finish();
        ended.gave_up_naming(&[folder.path().to_str().unwrap(), "damaged", "backup"]);
    }
    assert!(fs::read(&file).unwrap() == bytes, "a damaged file was changed");
}

#[test]
fn bytes_are_flipped_everywhere() {
    check(|bytes| bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55));
}

#[test]
fn another_kind_of_file() {
    check(|bytes| *bytes = b"not a database, only a note to myself\n".repeat(200));
}

#[test]
fn everything_is_zero_or_gone() {
    check(|bytes| bytes.fill(0));
    check(Vec::clear);
}

#[test]
fn the_second_half_is_missing() {
    check(|bytes| bytes.truncate(bytes.len() / 2));
}

/// Old pages keep copies of documents that are no longer read: a change in one of those is not corruption.
#[test]
fn one_byte_of_every_copy_of_a_document_is_flipped() {
    check(|bytes| {
        let name = b"search-connector-1";
        let places: Vec<_> = bytes.windows(name.len()).enumerate().filter(|(_, text)| text == name).collect();
        let places: Vec<_> = places.into_iter().map(|(place, _)| place).collect();
        assert!(places.len() >= 21, "documents are readable in the file");
        for place in places {
            bytes[place] ^= 0x20;
        }
    });
}

#[test]
fn a_file_is_missing_or_damaged() {
    let folder = folder();
    let database = filled(folder.path());
    let mark = folder.path().join("acknowledged");
    let damaged = || {
        let ended = Launch::over(&embedded(folder.path())).finish();
        ended.gave_up_naming(&[folder.path().to_str().unwrap(), "damaged", "backup"]);
    };
    let whole = fs::read(&mark).unwrap();
    fs::write(&mark, "seven").unwrap();
    damaged();
    fs::write(&mark, whole).unwrap();
    fs::rename(&database, folder.path().join("elsewhere")).unwrap();
    damaged();
    fs::rename(folder.path().join("elsewhere"), &database).unwrap();
    assert_eq!(Server::start(&embedded(folder.path())).list("/_connector/_sync_job?size=0").count, 20);
}
