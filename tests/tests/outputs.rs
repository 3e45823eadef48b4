//! Unwritable outputs and unreadable inputs: the process ends with a clear error, and an export file is complete or
//! absent.
#![allow(missing_docs, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, kill_process};
use tributary_tests::{Ended, Launch, Server, Signal, binary, embedded, folder, wait_until};

/// Runs a shell command, in which `$B` is the binary and `$1` and so on are the arguments.
fn shell(line: &str, arguments: &[&str]) -> Ended {
    let shell = Launch::of("sh").arguments(["-c", line, "sh"]).arguments(arguments);
    let ended = shell.variable("B", binary()).finish();
    ended.without_panic();
    ended
}

fn export(store: &Path, file: &Path) -> Launch {
    let arguments = ["export", "--from", &embedded(store), file.to_str().unwrap()];
    Launch::bare().arguments(arguments)
}

/// A store with this many sync jobs.
fn store(jobs: usize) -> tempfile::TempDir {
    let folder = folder();
    let filling = "x".repeat(200);
    let mut lines = String::new();
    for number in 0..jobs {
        let place = format!(r#""_index":".elastic-connectors-sync-jobs","_id":"{number}""#);
        writeln!(lines, r#"{{{place},"_source":{{"a":"{filling}"}}}}"#).unwrap();
    }
    let input = folder.path().join("input.ndjson");
    fs::write(&input, lines).unwrap();
    let store = embedded(&folder.path().join("store"));
    let ended = Launch::bare().arguments(["import", "--to", &store, input.to_str().unwrap()]).finish();
    assert!(ended.status.success(), "{ended:#?}");
    folder
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

#[test]
fn unwritable_standard_output_is_an_error() {
    let (data, to) = (store(3), folder());
    let from = embedded(&data.path().join("store"));
    let keys = to.path().join("keys");
    fs::write(&keys, Launch::bare().arguments(["secrets", "generate-key"]).finish().output).unwrap();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).unwrap();
    let server = Server::start("memory:");
    let health = format!("http://{}/_health/ready", server.address());
    let target = embedded(&to.path().join("store"));
    let commands: [(&[&str], &str); 9] = [
        (&["--help"], "the text cannot be written"),
        (&["--version"], "the text cannot be written"),
        (&["secrets", "--help"], "the text cannot be written"),
        (&["secrets", "generate-key"], "the new key cannot be written"),
        (
            &["secrets", "rotate", "--store", &from, "--secret-keys-file", keys.to_str().unwrap()],
            "summary cannot",
        ),
        (&["health", &health], "the answer cannot be written"),
        (&["export", "--from", &from], "not complete"),
        (&["export", "--from", &from, "/dev/stdout"], "not complete"),
        (&["copy", "--merge", "--from", &from, "--to", &target], "everything else is done"),
    ];
    for (arguments, reason) in commands {
        for (line, cause) in [
            (r#"exec "$B" "$@" >&-"#, "it is closed"),
            (r#"exec "$B" "$@" 1</dev/null"#, "cannot be written"),
            (r#"exec "$B" "$@" >/dev/full"#, "No space left"),
        ] {
            let ended = shell(line, arguments);
            ended.gave_up_naming(&[reason, cause]);
            assert_eq!(ended.status.code(), Some(1), "{arguments:?} {ended:#?}");
            // With neither output there is still the exit code.
            let silent = shell(&format!("{line} 2>&-"), arguments);
            assert_eq!(silent.status.code(), Some(1), "{arguments:?} {silent:#?}");
        }
        // The reader has gone before the process starts.
        let line = r#"{ sleep 0.1; "$B" "$@"; echo "code $?" >&2; } | true"#;
        let ended = shell(line, arguments);
        assert!(
            ended.log.contains("code 1") && ended.log.contains("tributary: "),
            "{arguments:?} {ended:#?}"
        );
    }
}

#[test]
fn unwritable_standard_error_does_not_change_the_exit_code() {
    let (data, to) = (store(3), folder());
    let from = embedded(&data.path().join("store"));
    let target = embedded(&to.path().join("store"));
    for redirection in ["2>&-", "2>/dev/full", "2>&1 >/dev/null | true"] {
        for (arguments, code) in [
            (&["--help"][..], 0),
            (&["--nonsense"], 2),
            (&["--listen", "nonsense"], 2),
            (&["--store", "nonsense:"], 1),
            (&["--config", "/nowhere"], 1),
            (&["health", "http://127.0.0.1:1/"], 1),
            (&["secrets", "generate-key"], 0),
            (&["export", "--from", &from], 0),
            (&["copy", "--merge", "--from", &from, "--to", &target], 0),
            (&["import", "--merge", "--to", &target, "/nowhere"], 1),
        ] {
            let line = format!("exec 3>&1; {{ \"$B\" \"$@\"; echo \"code $?\" >&3; }} {redirection}");
            let ended = shell(&line, arguments);
            assert!(ended.output.contains(&format!("code {code}")), "{redirection} {arguments:?} {ended:#?}");
        }
    }
}

#[test]
fn a_service_without_outputs_serves() {
    for redirection in [">&-", ">/dev/full", ">&- 2>&-", "<&- >&- 2>&-"] {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let line = format!("exec \"$@\" {redirection}");
        let mut child = Command::new("sh")
            .args(["-c", &line, "sh", binary().to_str().unwrap(), "--listen", &port, "--store", "memory:"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("it serves", || {
            let address = port.parse().unwrap();
            let answer = tributary_tests::Connection::open(address)
                .and_then(|mut connection| connection.request("GET", "/_health/ready", &[], None));
            answer.is_ok_and(|answer| answer.status == 200)
        });
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn unreadable_standard_input_is_an_error() {
    let to = folder();
    let store = to.path().join("store");
    let line = r#"exec "$B" import --to "$1" <&-"#;
    shell(line, &[&embedded(&store)]).gave_up_naming(&[
        "standard input",
        "it is closed",
        "nothing was written",
    ]);
    assert!(!store.exists());
}

#[test]
fn an_export_file_is_complete_or_absent() {
    let data = store(2_000);
    let store = data.path().join("store");
    let to = folder();
    let file = to.path().join("backup.ndjson");
    let name = file.to_str().unwrap();

    // A file size limit behaves like a full disk.
    let limited = r#"ulimit -f 200; exec "$B" export --from "$1" "$2""#;
    shell(limited, &[&embedded(&store), name]).gave_up_naming(&[name, "was not written", "File too large"]);
    assert_eq!(names(to.path()), [""; 0]);

    let ended = export(&store, &file).finish();
    assert!(ended.status.success(), "{ended:#?}");
    assert_eq!(names(to.path()), ["backup.ndjson"]);
    let whole = fs::read_to_string(&file).unwrap();
    assert_eq!(whole.lines().count(), 4_000);
    // With the permissions of other new files, by the umask.
    let beside = to.path().join("beside");
    fs::write(&beside, "").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&file), mode(&beside));

    // Existing files are not modified, nor are dangling links.
    export(&store, &file).finish().gave_up_naming(&[name, "exists already"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    let link = to.path().join("link");
    std::os::unix::fs::symlink(to.path().join("nowhere"), &link).unwrap();
    export(&store, &link).finish().gave_up_naming(&["link", "exists already"]);
    for (odd, reason) in [("none/backup", "entity not found"), ("new/", "the name of a file is needed")] {
        let odd = format!("{}/{odd}", to.path().display());
        export(&store, Path::new(&odd)).finish().gave_up_naming(&[&odd, reason]);
    }
    assert_eq!(names(to.path()), ["backup.ndjson", "beside", "link"]);
}

#[test]
fn an_export_can_be_written_to_a_pipe_or_device() {
    let data = store(100);
    let store = embedded(&data.path().join("store"));
    let to = folder();
    let lines = |line: &str| {
        let ended = shell(&format!("cd \"$2\" && {line}"), &[&store, to.path().to_str().unwrap()]);
        assert!(ended.status.success(), "{ended:#?}");
        ended.output.trim().to_owned()
    };
    assert_eq!(lines(r#""$B" export --from "$1" /dev/stdout | wc -l"#), "200");
    assert_eq!(lines(r#"mkfifo pipe; wc -l < pipe & "$B" export --from "$1" pipe; wait"#), "200");
    assert_eq!(lines(r#""$B" export --from "$1" /dev/null"#), "");
    // Previous contents of standard output are kept.
    assert_eq!(lines(r#"echo > file; "$B" export --from "$1" /dev/stdout >> file; wc -l < file"#), "201");
    assert_eq!(names(to.path()), ["file", "pipe"]);
}

#[test]
fn an_interrupted_export_leaves_no_file() {
    let data = store(8_000);
    let store = data.path().join("store");
    let to = folder();
    let file = to.path().join("backup.ndjson");
    for signal in [Signal::TERM, Signal::INT] {
        let mut was_ended = false;
        for _ in 0..10 {
            was_ended |= end(&store, &file, signal);
            let _ = fs::remove_file(&file);
            assert_eq!(names(to.path()), [""; 0]);
            if was_ended {
                break;
            }
        }
        assert!(was_ended, "every export was faster than the signal");
    }
}

/// Sends a signal to an export once it has created its file, and returns whether the signal ended it.
fn end(store: &Path, file: &Path, signal: Signal) -> bool {
    let mut child = Command::new(binary())
        .args(["export", "--from", &embedded(store), file.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let process = Pid::from_child(&child);
    wait_until("the file is begun", || {
        let names = names(file.parent().unwrap());
        assert!(!names.iter().any(|name| name == "backup.ndjson") || names.len() == 1, "{names:?}");
        !names.is_empty()
    });
    kill_process(process, signal).unwrap();
    let status = child.wait().unwrap();
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    if status.success() {
        assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 16_000, "it is whole");
        return false;
    }
    assert_eq!(status.code(), Some(1), "{log}");
    let signal = if signal == Signal::TERM { "SIGTERM" } else { "SIGINT" };
    assert!(log.contains(&format!("was not written: the export was ended by {signal}")), "{log}");
    assert!(!file.exists());
    true
}
