//! The worker as a process, and what it says.

use std::path::Path;

use serde_json::json;
use tributary_tests::tools::python_client;
use tributary_tests::{Launch, Running, Server, Signal};

use crate::session::wait_for;

/// The user and the password that a worker sends, also where nobody asks for them.
const CREDENTIALS: (&str, &str) = ("elastic", "tributary-test");

/// A running worker; killed when dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Running,
}

impl Worker {
    /// Starts one, and waits until it has found the service in order.
    /// Where the service asks for keys, it has one for a content index.
    pub(crate) fn start(server: &Server, name: &str, index: &str) -> Self {
        let settings = json!({
            "api_key": server.is_authorized().then(|| create_key(server, name, index)),
            "host": format!("http://{}", server.address()),
            "user": CREDENTIALS.0,
            "password": CREDENTIALS.1,
            "name": name,
            "tick": 0.2,
            "idle_after": 300,
        });
        let process = Launch::of(python_client(8))
            .variable("PYTHONDONTWRITEBYTECODE", "1")
            .arguments(["-W", "ignore"])
            .arguments([Path::new(env!("CARGO_MANIFEST_DIR")).join("worker")])
            .arguments([settings.to_string()])
            .run();
        let worker = Self { process };
        let is_ready = || {
            assert!(!worker.process.log().contains("Traceback"), "{}", worker.story());
            !worker.said("ready").is_empty()
        };
        wait_for("the worker is ready", is_ready, || worker.story());
        worker
    }

    /// The rest of the lines that begin with a word.
    pub(crate) fn said(&self, word: &str) -> Vec<String> {
        let output = self.process.output();
        let rests = output.lines().filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        rests.map(str::to_owned).collect()
    }

    /// All that it has written.
    pub(crate) fn story(&self) -> String {
        format!("{}\n{}", self.process.output(), self.process.log())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Asks it to stop; it has to end in order, and nothing unexpected may have happened to it.
    pub(crate) fn stop(self) -> String {
        self.signal(Signal::TERM);
        let ended = self.process.wait();
        assert!(ended.status.success() && ended.output.ends_with("stopped\n"), "{ended:#?}");
        assert!(!ended.output.contains("unexpected:"), "{}", ended.output.replace("\\n", "\n"));
        ended.output
    }

    /// Ends it without a warning.
    pub(crate) fn kill(self) {
        self.signal(Signal::KILL);
        assert!(!self.process.wait().status.success());
    }
}

/// A key with what a connector service needs.
fn create_key(server: &Server, name: &str, index: &str) -> String {
    let role = json!({
        "cluster": ["monitor", "manage_connector"],
        "indices": [{ "names": [format!("{index}*"), ".search-acl-filter-*"], "privileges": ["all"] }],
    });
    let body = json!({ "name": name, "role_descriptors": { "connectors": role } }).to_string();
    let created = server.send("POST", "/_security/api_key", &body).expect(200).json();
    created["encoded"].as_str().expect("an encoded key").to_owned()
}
