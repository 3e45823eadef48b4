//! The process: start-up, start-up errors, logging and exit.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::net::TcpListener;

use tributary_tests::{Launch, Server, embedded, folder};

#[test]
fn help_and_version_are_printed() {
    let help = Launch::bare().arguments(["--help"]).finish();
    assert!(help.status.success());
    for part in ["--listen", "--store", "TRIBUTARY_LISTEN", "embedded:DIR", "memory:", "curl"] {
        assert!(help.output.contains(part), "[{part}] is missing: {}", help.output);
    }
    let version = Launch::bare().arguments(["--version"]).finish();
    assert!(version.output.starts_with("tributary "), "{}", version.output);
}

#[test]
fn flags_override_the_environment_which_overrides_the_file() {
    let folder = folder();
    let file = folder.path().join("settings.toml");
    fs::write(&file, "store = \"nonsense:\"\nlisten = \"127.0.0.1:0\"\nlog_format = \"json\"\n").unwrap();
    let path = file.to_str().unwrap();
    Launch::bare().arguments(["--config", path]).finish().gave_up_naming(&["[nonsense]", "[memory:]"]);
    let server = Launch::bare().arguments(["--config", path]).variable("TRIBUTARY_STORE", "memory:").start();
    let _ = server.get("/").expect(200);
    assert!(server.stop().log.contains("\"message\":"), "the file's log format holds");
    let flag = ["--config", path, "--store", "memory:"];
    let server = Launch::bare().arguments(flag).variable("TRIBUTARY_STORE", "nonsense:").start();
    let _ = server.get("/").expect(200);
}

#[test]
fn start_up_errors_are_reported() {
    let folder = folder();
    let url = embedded(folder.path());
    let first = Server::start(&url);
    Launch::over(&url)
        .finish()
        .gave_up_naming(&["in use by another process", folder.path().to_str().unwrap()]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap().to_string();
    let taken = Launch::bare().arguments(["--listen", &address, "--store", "memory:"]).finish();
    taken.gave_up_naming(&[&address, "in use", "--listen"]);
    Launch::over("nonsense:x").finish().gave_up_naming(&["[nonsense]", "[embedded:]", "[memory:]"]);
    Launch::over("memory:").arguments(["--log", "a=b=c"]).finish().gave_up_naming(&["a=b=c"]);
    Launch::over("memory:")
        .arguments(["--config", "/nowhere.toml"])
        .finish()
        .gave_up_naming(&["/nowhere.toml"]);
    Launch::over("embedded:/proc/tributary").finish().gave_up_naming(&["/proc/tributary"]);
    first.stop();
}

#[test]
fn each_request_is_logged_as_one_line() {
    for (format, parts) in [
        (
            "text",
            ["method=\"GET\"", "path=\"/_connector/x\"", "status=404", "duration_us=", "opaque_id=\"me-7\""],
        ),
        (
            "json",
            [
                "\"method\":\"GET\"",
                "\"path\":\"/_connector/x\"",
                "\"status\":404",
                "\"duration_us\":",
                "\"opaque_id\":\"me-7\"",
            ],
        ),
    ] {
        let server = Launch::over("memory:").arguments(["--log-format", format]).start();
        let mut connection = server.connect();
        let answer = connection.request("GET", "/_connector/x", &[("X-Opaque-Id", "me-7")], None).unwrap();
        assert_eq!(answer.header("x-opaque-id"), Some("me-7"));
        let ended = server.stop();
        let lines: Vec<&str> = ended.log.lines().filter(|line| line.contains("/_connector/x")).collect();
        let [line] = lines[..] else { panic!("not one line: {}", ended.log) };
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        assert!(ended.output.lines().count() <= 1, "{}", ended.output);
    }
}

#[test]
fn a_long_client_id_is_truncated_in_the_log() {
    let server = Server::start("memory:");
    let opaque_id = format!("{}{}", "a".repeat(256), "b".repeat(60_000));
    let answer =
        server.connect().request("GET", "/_connector/x", &[("X-Opaque-Id", &*opaque_id)], None).unwrap();
    assert_eq!(answer.header("x-opaque-id"), Some(&*opaque_id));
    let log = server.stop().log;
    assert!(log.contains(&format!("opaque_id=\"{}\"", "a".repeat(256))) && !log.contains("bb"), "{log}");
}

#[test]
fn the_health_command_reports_readiness() {
    let server = Server::start("memory:");
    let asked = |path: &str| {
        let url = format!("http://{}{path}", server.address());
        Launch::bare().arguments(["health", &url]).finish()
    };
    for (path, answer) in [("/_health/ready", "ready"), ("/_health/live", "live")] {
        let well = asked(path);
        assert!(well.status.success(), "{well:#?}");
        assert_eq!(well.output, format!("{{\"status\":\"{answer}\"}}\n"));
    }
    let negative = Launch::bare().arguments(["health", "--timeout", "-1"]).finish();
    negative.gave_up_naming(&["--timeout", "-1", "from 1 to 60"]);
    asked("/_health/nothing").gave_up_naming(&["400", "/_health/nothing"]);
    let address = server.address();
    server.stop();
    let url = format!("http://{address}/_health/ready");
    Launch::bare().arguments(["health", &url]).finish().gave_up_naming(&[&url, "not well"]);
}
