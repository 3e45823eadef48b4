//! Output on a terminal: cut to its width, in colors, with times as people say them.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tributary_tests::binary;

use crate::{Service, job};

/// What a command shows on a terminal of this width; its standard error is elsewhere.
fn shown(service: &Service, width: u16, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let other_end = open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let size = Winsize { ws_row: 24, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&other_end, size).unwrap();
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
    // JSON keeps its value; what would control the terminal is escaped.
    let json = shown(&service, 100, &[], &["jobs", "list", "--output", "ndjson"]);
    assert!(json.contains(r"\u009b2J") && !json.contains('\u{9b}'), "{json:?}");
}
