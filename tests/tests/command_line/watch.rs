//! Changes as they happen.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tributary_tests::{
    Ended, Launch, Running, Scenario, Server, Signal, binary, embedded, folder, wait_until,
};

use crate::{Service, run};

/// A watch that has begun.
fn watch(server: &Server, arguments: &[&str]) -> Running {
    let url = format!("http://{}", server.address());
    let watch = Launch::bare().arguments(["jobs", "watch", "--url", &url]).arguments(arguments).run();
    wait_until("the watch has begun", || watch.log() == format!("watching the jobs of {url}\n"));
    watch
}

/// Waits for a line with this text. A change may be sent more than once, also after a later one of another job, so
/// neither the number of lines nor the last one is relied on.
fn wait_for(watch: &Running, text: &str) {
    wait_until(&format!("a line with [{text}]"), || {
        let output = watch.output();
        output.split_inclusive('\n').any(|line| line.ends_with('\n') && line.contains(text))
    });
}

/// Ends it as Ctrl-C does.
fn interrupt(watch: Running) -> Ended {
    watch.signal(Signal::INT);
    let ended = watch.wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    ended
}

#[test]
fn changes_are_lines_until_an_interrupt() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    scenario.connector("orders");
    let watch = watch(&service.server, &["--color", "always"]);
    let job = scenario.job("orders", "full");
    wait_for(&watch, "pending");
    scenario.claim(&job, "worker-1");
    wait_for(&watch, "in_progress");
    scenario.change(&job, "_error", r#"{"error":"no route\u001b[2J"}"#);
    wait_for(&watch, "\u{1b}[31merror\u{1b}[0m");
    let _ = service.server.call("DELETE", &format!("/_connector/_sync_job/{job}")).expect(200);
    wait_for(&watch, "deleted");
    let ended = interrupt(watch);
    assert_eq!(ended.log.lines().count(), 1, "{}", ended.log);
    let plain = regex_lite::Regex::new("\u{1b}\\[[0-9]*m").unwrap().replace_all(&ended.output, "");
    let lines: Vec<_> = plain.lines().map(|line| line.split_once(' ').unwrap().1.trim_start()).collect();
    assert_eq!(lines[0], format!("{:36}  CONNECTOR  TYPE         STATUS       DOCUMENTS  ERROR", "ID"));
    for line in [
        "  orders     full         pending              0  -",
        "  orders     full         in_progress          0  -",
        r"  orders     full         error                0  no route\u{1b}[2J",
        "  -          -            deleted              -  -",
    ] {
        assert!(lines.contains(&format!("{job}{line}").as_str()), "[{line}] is missing: {plain}");
    }
}

#[test]
fn lines_of_json_are_of_what_the_filters_select() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    scenario.connector("orders");
    scenario.connector("staff");
    let watch = watch(&service.server, &["--connector-id", "staff", "-o", "ndjson"]);
    let other = scenario.job("orders", "full");
    let job = scenario.job("staff", "full");
    wait_for(&watch, &job);
    let created = service.server.get(&format!("/_connector/_sync_job/{job}")).body;
    for job in [&other, &job] {
        let _ = service.server.call("DELETE", &format!("/_connector/_sync_job/{job}")).expect(200);
    }
    wait_for(&watch, r#""deleted":true"#);
    let output = interrupt(watch).output;
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let mut expected = [created, format!("{{\"id\":\"{job}\",\"deleted\":true}}")];
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn a_signal_to_terminate_and_a_number_of_changes_end_it_too() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    scenario.connector("orders");
    let terminated = watch(&service.server, &[]);
    terminated.signal(Signal::TERM);
    assert_eq!(terminated.wait().status.code(), Some(0));
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT")] {
        let interrupted = watch(&service.server, &["--limit", "1"]);
        interrupted.signal(signal);
        let ended = interrupted.wait();
        assert_eq!(ended.status.code(), Some(8), "{ended:#?}");
        ended.gave_up_naming(&[&format!("fewer than 1 changes have come before {name}\n")]);
    }
    let limited = watch(&service.server, &["-o", "ndjson", "--limit", "1", "--timeout", "600"]);
    scenario.job("orders", "full");
    let ended = limited.wait();
    assert_eq!((ended.status.code(), ended.output.lines().count()), (Some(0), 1), "{ended:#?}");
}

#[test]
fn a_watch_has_limits() {
    let service = Service::new();
    let start = Instant::now();
    service.run(0, &["jobs", "watch", "--orphaned", "--timeout", "1"]);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let ended = service.run(8, &["jobs", "watch", "--timeout", "0", "--limit", "3"]);
    ended.gave_up_naming(&["fewer than 3 changes have come within 0 seconds\n"]);
    service.run(4, &["jobs", "watch", "--error", ""]).gave_up_naming(&["[error]", "(400 Bad Request)"]);
    service.run(2, &["jobs", "watch", "--orphaned=maybe"]);
    service.run(2, &["jobs", "watch", "--limit", "0"]);
    let url = service.url();
    drop(service);
    run(&url, 5, &["jobs", "watch"]).gave_up_naming(&["cannot be reached"]);
}

#[test]
fn it_goes_on_when_the_service_is_back() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    Scenario(&server).connector("orders");
    let address = server.address().to_string();
    let watch = watch(&server, &["-o", "ndjson"]);
    let first = Scenario(&server).job("orders", "full");
    wait_for(&watch, &first);
    server.stop();
    wait_until("the loss is reported", || watch.log().contains("lost the connection to http://"));
    let over = ["--listen", &address, "--store", &embedded(folder.path())].map(str::to_owned);
    let server = Launch::bare().arguments(over).start();
    wait_until("the return is reported", || watch.log().contains("again\ntributary: changes may be missing"));
    let second = Scenario(&server).job("orders", "incremental");
    wait_for(&watch, &second);
    let ended = interrupt(watch);
    assert_eq!(ended.log.lines().count(), 4, "{}", ended.log);
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].clone();
    let mut ids: Vec<Value> = ended.output.lines().map(id).collect();
    ids.dedup();
    assert_eq!(ids, [first, second]);
}

#[test]
fn a_reader_that_goes_ends_it() {
    let service = Service::new();
    for arguments in ["", "--output ndjson"] {
        let line = format!(r#""$B" jobs watch {arguments} | true; echo ${{PIPESTATUS[0]}}"#);
        let output = Command::new("bash")
            .args(["-c", &line])
            .env("B", binary())
            .env("TRIBUTARY_URL", service.url())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n", "{output:?}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            errors.is_empty() || errors == format!("watching the jobs of {}\n", service.url()),
            "{errors}"
        );
    }
}
