//! An unusable folder: forbidden, read-only, or not a folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use tributary_tests::{Launch, Server, binary, embedded, folder};

/// A user who owns nothing.
const NOBODY: u32 = 65_534;

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A start as an unprivileged user: root drops its privileges, with a copy of the binary that anybody may execute.
fn without_rights(place: &Path, store: &Path) -> Launch {
    permit(place, 0o755);
    let copy = place.join("tributary");
    // A copy written by this process could still be open for writing in a child process of another test.
    assert!(Command::new("cp").args([binary(), copy.as_path()]).status().unwrap().success());
    permit(&copy, 0o755);
    let launch = Launch::of(copy).arguments(["--listen", "127.0.0.1:0", "--store", &embedded(store)]);
    launch.with(|command| {
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.current_dir("/");
    })
}

/// The files of a store with a connector, in a folder that everybody may enter.
fn filled(data: &Path) {
    let server = Server::start(&embedded(data));
    let _ = server.put("/_connector/one", "").expect(201);
    server.stop();
}

#[test]
fn a_folder_without_write_permission() {
    let place = folder();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    permit(&data, 0o555);
    let ended = without_rights(place.path(), &data).finish();
    ended.gave_up_naming(&[data.to_str().unwrap(), "permission", "write access"]);
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_created_or_entered() {
    for mode in [0o555, 0o000] {
        let place = folder();
        let parent = place.path().join("parent");
        fs::create_dir(&parent).unwrap();
        permit(&parent, mode);
        let data = parent.join("data");
        let ended = without_rights(place.path(), &data).finish();
        ended.gave_up_naming(&[data.to_str().unwrap(), "permission", "write access"]);
        permit(&parent, 0o755);
    }
}

#[test]
fn files_without_write_permission() {
    for read_only in ["tributary.redb", "acknowledged", "lock"] {
        let place = folder();
        let data = place.path().join("data");
        filled(&data);
        permit(&data, 0o777);
        for file in fs::read_dir(&data).unwrap() {
            let file = file.unwrap();
            permit(&file.path(), if file.file_name() == read_only { 0o444 } else { 0o666 });
        }
        let before = fs::read(data.join("tributary.redb")).unwrap();
        let ended = without_rights(place.path(), &data).finish();
        ended.gave_up_naming(&[data.to_str().unwrap(), "permission", "write access"]);
        assert_eq!(fs::read(data.join("tributary.redb")).unwrap(), before, "{read_only}");

        permit(&data.join(read_only), 0o666);
        let server = without_rights(place.path(), &data).start();
        assert_eq!(server.list("/_connector").ids(), ["one"]);
        server.stop();
    }
}

#[test]
fn a_file_in_the_place_of_the_folder() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "here first").unwrap();
    for data in [file.clone(), file.join("data")] {
        Launch::over(&embedded(&data)).finish().gave_up_naming(&[data.to_str().unwrap(), "folder"]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "here first");
}

#[test]
fn folders_in_the_places_of_files() {
    for name in ["tributary.redb", "acknowledged", "lock"] {
        let folder = folder();
        fs::create_dir(folder.path().join(name)).unwrap();
        let ended = Launch::over(&embedded(folder.path())).finish();
        ended.gave_up_naming(&[folder.path().to_str().unwrap()]);
    }
}
