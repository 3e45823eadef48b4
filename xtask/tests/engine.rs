//! `cargo xtask engine` as its users see it: what it prints, and that no engine outlives it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tributary_engines::{Distribution, Endpoint, fetch, selected};

/// Far more than it takes to end an engine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The command while it runs an engine, and what it printed.
struct Running {
    command: Child,
    lines: Vec<(String, String)>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = xtask(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(command.stdout.as_mut().unwrap()).lines() {
            let line = line.unwrap();
            let (key, value) = line.split_once(' ').unwrap();
            lines.push((key.to_owned(), value.trim().to_owned()));
            // The last line.
            if key == "stop" {
                break;
            }
        }
        Self { command, lines }
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.lines.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    fn process(&self) -> u32 {
        self.value("process").expect("the process").parse().unwrap()
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(self.value("folder").expect("the folder").split(" (").next().unwrap())
    }

    fn endpoint(&self, distribution: &'static Distribution) -> Endpoint {
        let text = |key| self.value(key).map(str::to_owned);
        Endpoint { distribution, url: text("url").unwrap(), user: text("user"), password: text("password") }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.command), signal).unwrap();
    }
}

fn xtask(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments);
    command
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < TIMEOUT, "{what}: not so after {} s", TIMEOUT.as_secs());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs; one that is dead and only waits to be noticed does not.
fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// The processes that name a folder in their command line or environment.
fn processes_of(folder: &Path) -> usize {
    let needle = folder.to_str().unwrap().as_bytes();
    let mentions = |file: PathBuf| {
        std::fs::read(file).is_ok_and(|text| text.windows(needle.len()).any(|window| window == needle))
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter(|entry| ["cmdline", "environ"].iter().any(|file| mentions(entry.path().join(file))))
        .count()
}

#[test]
fn a_request_to_end_ends_the_engine_too() {
    if !selected("elasticsearch") {
        return;
    }
    let distribution = Distribution::find("elasticsearch", None).unwrap();
    let mut running = Running::start(&["engine", "start", "elasticsearch"]);
    assert_eq!(running.value("engine"), Some("Elasticsearch 9.5.0"));
    assert_eq!(running.value("user"), Some("elastic"));
    running.endpoint(distribution).check_health().unwrap();
    let (process, folder) = (running.process(), running.folder());
    assert!(is_alive(process) && folder.join("data").is_dir());

    running.signal(Signal::TERM);
    assert!(running.command.wait().unwrap().success());
    assert!(!is_alive(process) && !folder.exists());
    assert_eq!(processes_of(&folder), 0);
}

#[test]
fn no_engine_outlives_an_owner_that_is_killed() {
    for (backend, is_paused) in [("elasticsearch-8", false), ("opensearch-2", true)] {
        if !selected(backend) {
            continue;
        }
        let distribution = Distribution::of_backend(backend).unwrap();
        let (product, version) = (distribution.product.name(), distribution.version);
        let mut running = Running::start(&["engine", "start", product, "--version", version]);
        running.endpoint(distribution).check_health().unwrap();
        let (process, folder) = (running.process(), running.folder());
        assert!(is_alive(process) && folder.is_dir());
        if is_paused {
            kill_process(Pid::from_raw(i32::try_from(process).unwrap()).unwrap(), Signal::STOP).unwrap();
        }

        running.signal(Signal::KILL);
        running.command.wait().unwrap();
        wait_until("the engine is gone", || !is_alive(process));
        wait_until("its folder is gone", || !folder.exists());
        wait_until("all its processes are gone", || processes_of(&folder) == 0);
    }
}

#[test]
fn an_owner_that_is_killed_while_it_starts_leaves_nothing() {
    if !selected("opensearch-2") {
        return;
    }
    // Not what is killed here; it may take longer than the start is waited for.
    fetch(Distribution::of_backend("opensearch-2").unwrap()).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    // The engine runs as another user where this one is root.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(temporary.path(), open).unwrap();
    let started = |command: &mut Command| command.env("TMPDIR", temporary.path()).spawn().unwrap();
    let mut owner = started(&mut xtask(&["engine", "start", "opensearch", "--version", "2.19.4"]));
    let entries = || std::fs::read_dir(temporary.path()).unwrap().count();
    wait_until("an engine is being started", || entries() > 0 && processes_of(temporary.path()) > 2);

    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until("its folder is gone", || entries() == 0);
    wait_until("all its processes are gone", || processes_of(temporary.path()) == 0);
}

#[test]
fn what_does_not_exist_is_refused() {
    let cases: &[(&[&str], &str)] = &[
        (&["engine", "start", "opensearch", "--version", "1.0"], "there are [3.8.0, 2.19.4]"),
        (&["engine", "start", "solr"], "possible values: opensearch, elasticsearch"),
        (&["engine", "fetch", "--version", "3.8.0"], "<PRODUCT>"),
        (&["test", "--backend", "memory,solr"], "possible values: memory, embedded, opensearch"),
    ];
    for (arguments, expected) in cases {
        let mut command = xtask(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        command.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(!command.wait().unwrap().success(), "{arguments:?}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}
