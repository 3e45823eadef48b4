//! Output on a terminal: cut to its width, in colors, with times as people say them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tributary_tests::{Launch, Scenario, binary, wait_until};

use crate::{Service, job};

/// Both ends of a terminal of this width: that of the person, and that of the program.
fn terminal(width: u16) -> (OwnedFd, OwnedFd) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let other_end = open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let size = Winsize { ws_row: 24, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&other_end, size).unwrap();
    (terminal, other_end)
}

/// What a command shows on a terminal of this width; its standard error is elsewhere.
fn shown(service: &Service, width: u16, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let (terminal, other_end) = terminal(width);
    let mut child = Command::new(binary())
        .args(arguments)
        .env("TRIBUTARY_URL", service.url())
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::from(other_end))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        // The other end is closed by the end of the process, which Linux reports as an error.
        let _ = File::from(terminal).read_to_end(&mut text);
        text
    });
    assert!(child.wait().unwrap().success());
    String::from_utf8(reader.join().unwrap()).unwrap().replace("\r\n", "\n")
}

#[test]
fn tables_fit_the_terminal() {
    let long = "the host does not answer, ".repeat(10);
    let source = format!(
        r#"{{"connector":{{"id":"orders"}},"created_at":"2026-01-02T03:04:05Z","job_type":"full","status":"error","error":"{long}\u009b2J"}}"#
    );
    let service = Service::holding(&job("job-1", &source));
    let list = ["jobs", "list"];
    let text = shown(&service, 100, &[], &list);
    assert!(text.contains("\u{1b}[31merror\u{1b}[0m"), "{text:?}");
    let plain = shown(&service, 100, &[("NO_COLOR", "1")], &list);
    assert_eq!(plain, shown(&service, 100, &[], &["jobs", "list", "--color", "never"]));
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(lines.len(), 2, "{plain:?}");
    let (created, rest) = lines[1].split_once(" days ago").expect(lines[1]);
    assert!(created.starts_with("job-1  orders     full  error   "), "{created}");
    assert!(rest.contains("the host does") && rest.ends_with('…'), "{rest}");
    assert_eq!(lines[1].chars().count(), 100);
    for width in [1, 10, 40, 80] {
        let text = shown(&service, width, &[("NO_COLOR", "1")], &list);
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{width}: {text}");
    }
    for (variables, is_colored) in [
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")][..], false),
        (&[("NO_COLOR", "")], true),
        (&[("TERM", "dumb")], false),
        (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
    ] {
        assert_eq!(shown(&service, 80, variables, &list).contains('\u{1b}'), is_colored, "{variables:?}");
    }
    // JSON keeps its value; what would control the terminal is escaped.
    let json = shown(&service, 100, &[], &["jobs", "list", "--output", "ndjson"]);
    assert!(json.contains(r"\u009b2J") && !json.contains('\u{9b}'), "{json:?}");
}

#[test]
fn a_long_id_hides_nothing_that_matters() {
    let id = "01a20bed-cb8b-7682-8d94-3d1b17bbb103";
    let source = format!(
        r#"{{"connector":{{"id":"{}"}},"created_at":"2026-01-02T03:04:05Z","job_type":"incremental","status":"in_progress"}}"#,
        "c".repeat(65)
    );
    let service = Service::holding(&job(id, &source));
    let text = shown(&service, 80, &[("NO_COLOR", "1")], &["jobs", "list"]);
    let cells: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(cells[0], id);
    assert!(cells[1].starts_with("ccccccc") && cells[1].ends_with('…'), "{text}");
    assert_eq!((cells[2], cells[3], &cells[5..7]), ("inc…", "in_progress", &["days", "ago"][..]), "{text}");
}

#[test]
fn at_most_the_confirmed_number_is_changed() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    scenario.connector("orders");
    for _ in 0..2 {
        scenario.job("orders", "incremental");
    }
    let kept = scenario.job("orders", "full");
    for (answer, code, output) in [
        ("n", 1, ""),
        ("y", 0, "deleted 2 of 2 jobs that matched\n"),
        ("y", 0, "deleted 1 of 1 jobs that matched\n"),
    ] {
        let (person, program) = terminal(80);
        let asked = Launch::bare()
            .arguments(["jobs", "delete", "--job-type", "incremental", "--url", &service.url()])
            .with(|command| {
                let _ = command.stdin(Stdio::from(program));
            })
            .run();
        wait_until("the question is asked", || asked.log().ends_with("jobs that match? [y/N] "));
        if code == 0 && output.contains('2') {
            // What is created while the question waits was not asked for.
            scenario.job("orders", "incremental");
        }
        File::from(person).write_all(format!("{answer}\n").as_bytes()).unwrap();
        let ended = asked.wait();
        assert_eq!((ended.status.code(), ended.output.as_str()), (Some(code), output), "{ended:#?}");
    }
    assert_eq!(service.server.list("/_connector/_sync_job").ids(), [kept]);
    assert_eq!(
        service.output(&["jobs", "delete", "--job-type", "incremental", "--yes"]),
        "deleted 0 of 0 jobs that matched\n"
    );
}
