//! Installs clients into the target folder, each once for as long as its pins and its scenario stay.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::catalog::{Client, Kind, root};

/// What says what is installed; written last.
const STAMP: &str = "installed";

/// A program that has to be on the machine.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) program: &'static str,
    /// What has to be installed to have it.
    pub(crate) install: &'static str,
}

/// What runs the scenario of a client, which is installed first where it is not yet.
///
/// # Panics
/// If it cannot be installed, or has nothing to install.
pub(crate) fn command(client: &Client) -> Command {
    let Kind::Installed { sources, install, command } = &client.kind else {
        panic!("{} is part of this test", client.name);
    };
    let clients = tributary_engines::cache().with_file_name("clients");
    fs::create_dir_all(&clients).expect("the target folder can be written to");
    let clients = clients.canonicalize().expect("it was made");
    let folder = clients.join(client.name);
    // Other tests and other runs wait for the first who installs.
    let lock = File::create(clients.join(format!("{}.lock", client.name))).expect("a lock can be made");
    lock.lock().expect("a lock can be held");
    let files = files(&root().join("tests/clients").join(sources));
    let stamp = files.iter().fold(client.name.to_owned(), |mut stamp, (name, text)| {
        let _ = write!(stamp, "\n=== {name}\n{text}");
        stamp
    });
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|installed| installed == stamp) {
        return command(&folder);
    }
    eprintln!("installing {} {} into {}", client.title, client.version(), folder.display());
    // Nothing of another version may be left.
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{}: {error}", folder.display()),
        _ => fs::create_dir_all(&folder).expect("the target folder can be written to"),
    }
    for (name, text) in &files {
        fs::write(folder.join(name), text).expect("the target folder can be written to");
    }
    install(&folder);
    fs::write(folder.join(STAMP), stamp).expect("the target folder can be written to");
    command(&folder)
}

/// The files of a folder by name, with what is in them.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().expect("files have names").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("sources are text"))
    };
    paths.into_iter().map(read).collect()
}

/// Runs a program that has to succeed.
///
/// # Panics
/// If it does not, with what it said; if it is not there, with what to install.
pub(crate) fn run(tool: &Tool, command: &mut Command) {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "{command:?} failed; it takes {}, and a way to the registry the first time:\n{}{}",
            tool.install,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("there is no {}: install {}", tool.program, tool.install)
        }
        Err(error) => panic!("{command:?} cannot be started: {error}"),
    }
}

#[test]
fn a_missing_tool_is_named_with_what_to_install() {
    let tool = Tool { program: "no-such-tool", install: "the package of no-such-tool" };
    let panic = std::panic::catch_unwind(|| run(&tool, &mut Command::new("no-such-tool"))).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert_eq!(*message, "there is no no-such-tool: install the package of no-such-tool");
    let failing = Tool { program: "false", install: "a tool that works" };
    assert!(std::panic::catch_unwind(|| run(&failing, &mut Command::new("false"))).is_err());
    run(&Tool { program: "true", install: "" }, &mut Command::new("true"));
}
