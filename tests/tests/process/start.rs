//! What the process refuses to start on.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use tributary_tests::{Launch, Server, binary, embedded, folder};

/// Somebody who owns nothing.
const NOBODY: u32 = 65_534;

#[test]
fn the_ready_line_is_all_of_standard_output() {
    let server = Server::start("memory:");
    let _ = server.get("/").expect(200);
    server.get("/nothing").refusal(400);
    let ready = format!("tributary is listening on http://{}\n", server.address());
    assert_eq!(server.stop().output, ready);
}

#[test]
fn a_second_process_on_a_folder() {
    let folder = folder();
    let store = embedded(folder.path());
    let first = Server::start(&store);
    let _ = first.put("/_connector/one", "").expect(201);
    let name = folder.path().to_str().unwrap();
    for _ in 0..2 {
        Launch::over(&store).finish().gave_up_naming(&[name, "another process"]);
    }
    let _ = first.put("/_connector/two", "").expect(201);
    first.kill();
    assert_eq!(Server::start(&store).list("/_connector").ids(), ["one", "two"]);
}

#[test]
fn a_port_in_use() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let folder = folder();
    let data = folder.path().join("data");
    let launch = Launch::bare().arguments(["--listen", &address, "--store", &embedded(&data)]);
    launch.finish().gave_up_naming(&[&address, "in use", "--listen"]);
    assert!(!data.exists(), "a folder was made for nothing");
}

#[test]
fn an_unknown_scheme() {
    for (store, scheme) in [("mongo:there", "[mongo]"), ("nothing", "[nothing]"), ("", "[]"), ("Memory:", "[Memory]")] {
        Launch::over(store).finish().gave_up_naming(&[scheme, "embedded:", "memory:"]);
    }
    Launch::over("embedded:").finish().gave_up_naming(&["embedded:", "folder"]);
    Launch::over("memory:there").finish().gave_up_naming(&["memory:there"]);
}

#[test]
fn a_file_in_the_place_of_the_folder() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "here first").unwrap();
    Launch::over(&embedded(&file)).finish().gave_up_naming(&[file.to_str().unwrap(), "folder"]);
    let below = file.join("data");
    Launch::over(&embedded(&below)).finish().gave_up_naming(&[below.to_str().unwrap(), "folder"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "here first");
}

/// A start as somebody without rights: root gives its own up, from a copy that anybody may run.
fn without_rights(place: &Path, store: &Path) -> Launch {
    fs::set_permissions(place, Permissions::from_mode(0o755)).unwrap();
    let copy = place.join("tributary");
    fs::copy(binary(), &copy).unwrap();
    let launch = Launch::of(copy).arguments(["--listen", "127.0.0.1:0", "--store", &embedded(store)]);
    launch.with(|command| {
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.current_dir("/");
    })
}

#[test]
fn a_folder_without_write_permission() {
    let place = folder();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o555)).unwrap();
    let ended = without_rights(place.path(), &data).finish();
    ended.gave_up_naming(&[data.to_str().unwrap(), "permission", "write access"]);
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_made() {
    let place = folder();
    let parent = place.path().join("parent");
    fs::create_dir(&parent).unwrap();
    fs::set_permissions(&parent, Permissions::from_mode(0o555)).unwrap();
    let data = parent.join("data");
    let ended = without_rights(place.path(), &data).finish();
    ended.gave_up_naming(&[data.to_str().unwrap(), "permission"]);
}

#[test]
fn files_without_write_permission() {
    let place = folder();
    let data = place.path().join("data");
    let server = Server::start(&embedded(&data));
    let _ = server.put("/_connector/one", "").expect(201);
    server.stop();
    for entry in fs::read_dir(&data).unwrap() {
        fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o444)).unwrap();
    }
    let ended = without_rights(place.path(), &data).finish();
    ended.gave_up_naming(&[data.to_str().unwrap(), "permission", "write access"]);
}
