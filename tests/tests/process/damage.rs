//! Data files that are not as they were written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tributary_tests::{Launch, Scenario, Server, embedded, folder};

/// A folder with a hundred jobs, not open any more, and its largest file.
fn filled(place: &Path) -> PathBuf {
    let server = Server::start(&embedded(place));
    let scenario = Scenario(&server);
    scenario.connector("connector-1");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| drop(scenario.job("connector-1", "full"))));
        }
    });
    server.stop();
    let files = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    files.max_by_key(|file| fs::metadata(file).unwrap().len()).expect("a file")
}

/// Damages the data file in a way, and checks what a start says of it, and that it leaves it alone.
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
fn the_head_is_overwritten() {
    check(|bytes| bytes[..64].fill(0xAB));
}

#[test]
fn everything_is_zero() {
    check(|bytes| bytes.fill(0));
}

#[test]
fn another_kind_of_file() {
    check(|bytes| *bytes = b"not a database, only a note to myself\n".repeat(200));
}

#[test]
fn the_second_half_is_missing() {
    check(|bytes| bytes.truncate(bytes.len() / 2));
}

#[test]
fn only_the_beginning_is_left() {
    check(|bytes| bytes.truncate(100));
}

#[test]
fn nothing_is_left() {
    check(Vec::clear);
}

#[test]
fn one_byte_of_a_document_is_flipped() {
    check(|bytes| {
        let found = bytes.windows(16).rposition(|window| window == b"search-connector");
        bytes[found.expect("documents are readable in the file")] ^= 0x20;
    });
}

#[test]
fn the_data_file_is_missing() {
    let folder = folder();
    let file = filled(folder.path());
    fs::remove_file(&file).unwrap();
    let ended = Launch::over(&embedded(folder.path())).finish();
    ended.gave_up_naming(&[folder.path().to_str().unwrap(), "damaged", "backup"]);
}

#[test]
fn an_undamaged_folder_opens_from_a_copy() {
    let (original, copy) = (folder(), folder());
    filled(original.path());
    for entry in fs::read_dir(original.path()).unwrap() {
        let entry = entry.unwrap();
        let mut source = File::open(entry.path()).unwrap();
        std::io::copy(&mut source, &mut File::create(copy.path().join(entry.file_name())).unwrap()).unwrap();
    }
    let server = Server::start(&embedded(copy.path()));
    assert_eq!(server.list("/_connector/_sync_job?size=0").count, 100);
}
