//! Elasticsearch's own clients, unmodified, through every connector and sync job method that they have, and those of API
//! keys; with a manager's key, over TLS and without.
//!
//! The scenarios are in `tests/clients`. Each reports which methods the client has and which it called, so that a
//! method that a new version adds and nothing calls makes the test fail.
#![allow(missing_docs, reason = "a test")]

mod catalog;
mod rust;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;
use tributary_engines::{Distribution, selected, shared};
use tributary_tests::{Authority, Launch, Server, Usage, embedded, folder, write_private};

use catalog::{CLIENTS, Client, Kind};

/// The backends that clients are tested with, if selected for this run.
const BACKENDS: &[&str] = &["embedded", "opensearch"];

/// A key for the secrets: 32 bytes, in base64.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The key in the file of the service, base64 of `admin:` and its secret.
const ADMIN_KEY: &str = "YWRtaW46MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OQ==";

/// What the key of the scenarios may do.
const PRIVILEGES: &str =
    "monitor,manage_connector,read_connector_secrets,write_connector_secrets,manage_api_key";

/// The report of a scenario: the methods by their names in the API specification, with the client's own names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Outcome {
    has: BTreeMap<String, String>,
    called: BTreeMap<String, String>,
}

impl Outcome {
    fn read(output: &str) -> Self {
        let mut outcome = Self::default();
        for line in output.lines() {
            match line.split_once(' ') {
                Some(("has", name)) => outcome.has.insert(snake_case(name), name.to_owned()),
                Some(("called", name)) => outcome.called.insert(snake_case(name), name.to_owned()),
                _ => panic!("a scenario says [{line}]"),
            };
        }
        outcome
    }

    /// Fails if a required method was not called.
    fn check(&self, client: &Client) {
        assert!(self.has.len() >= 25, "{} has few methods: {:?}", client.name, self.has);
        let missed: Vec<_> = self.has.keys().filter(|method| !self.called.contains_key(*method)).collect();
        assert!(missed.is_empty(), "the scenario of {} does not call {missed:?}", client.name);
        let unknown: Vec<_> = self.called.keys().filter(|method| !self.has.contains_key(*method)).collect();
        assert!(unknown.is_empty(), "the scenario of {} calls what it has not: {unknown:?}", client.name);
    }
}

/// Converts `syncJobGet` and `SyncJobGet` to `sync_job_get`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// A service with security, and what its clients have to trust.
struct Service {
    server: Server,
    tls: Option<Tls>,
    folder: TempDir,
}

struct Tls {
    /// The certificate of the authority.
    ca: PathBuf,
    /// Its digest.
    fingerprint: String,
}

impl Service {
    fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.server.address())
    }

    /// Makes the key of a manager, as people do.
    fn manager_key(&self) -> String {
        let mut create = Launch::bare()
            .arguments([
                "keys",
                "create",
                "--name",
                "manager",
                "--privileges",
                PRIVILEGES,
                "--url",
                &self.url(),
            ])
            .arguments([OsStr::new("--api-key-file"), admin_key_file(self.folder.path()).as_os_str()]);
        if let Some(tls) = &self.tls {
            create = create.arguments([OsStr::new("--ca-certificate"), tls.ca.as_os_str()]);
        }
        let ended = create.finish();
        assert!(ended.status.success(), "{ended:#?}");
        ended.output.trim_end().to_owned()
    }
}

fn admin_key_file(folder: &Path) -> PathBuf {
    folder.join("admin.key")
}

/// An empty service over a backend; that over the embedded store speaks TLS.
fn start(backend: &str, client: &Client) -> Service {
    let folder = folder();
    write_private(&admin_key_file(folder.path()), ADMIN_KEY);
    let with_security = |store: &str| {
        Launch::over(store)
            .arguments(["--security", "on"])
            .variable("TRIBUTARY_ADMIN_KEY_FILE", admin_key_file(folder.path()))
            .variable("TRIBUTARY_SECRET_KEYS", SECRET_KEY)
    };
    if backend == "embedded" {
        let authority = Authority::new("authority of the clients");
        let mut issued = authority.issue(Usage::Service, "service");
        // Clients that know a fingerprint alone look for it in what is sent.
        issued.certificate.push_str(authority.pem());
        let files = issued.files(folder.path(), "service");
        let server = with_security(&embedded(&folder.path().join("data")))
            .variable("TRIBUTARY_TLS_CERTIFICATE", &files.certificate)
            .variable("TRIBUTARY_TLS_KEY", &files.key)
            .start();
        let ca = authority.file(folder.path(), "ca.pem");
        let tls = Tls { ca, fingerprint: authority.fingerprint() };
        return Service { server, tls: Some(tls), folder };
    }
    let distribution = Distribution::of_backend(backend).expect("a backend with a server");
    let endpoint = shared(distribution).unwrap();
    let prefix = format!("clients-{}-{}-", std::process::id(), client.name);
    let server = with_security(&format!("opensearch:{}", endpoint.url))
        .variable("TRIBUTARY_OPENSEARCH_INDEX_PREFIX", prefix)
        // Clients are installed and compiled in the meantime.
        .variable("TRIBUTARY_OPENSEARCH_DEADLINE", "60")
        .variable("TRIBUTARY_OPENSEARCH_READ_DEADLINE", "60")
        .start();
    Service { server, tls: None, folder }
}

fn run(client: &Client, backend: &str) -> Outcome {
    let command = match &client.kind {
        Kind::Installed { .. } => Some(catalog::command(client)),
        Kind::BuiltIn => None,
    };
    let service = start(backend, client);
    let key = service.manager_key();
    let outcome = if let Some(command) = command {
        play(command, client, &service, &key)
    } else {
        let ca = service.tls.as_ref().map(|tls| std::fs::read(&tls.ca).expect("its certificate"));
        rust::play(&service.url(), ca.as_deref(), &key)
    };
    outcome.check(client);
    service.server.stop();
    outcome
}

/// Runs a scenario that is a separate program.
fn play(mut command: Command, client: &Client, service: &Service, key: &str) -> Outcome {
    command.env("TRIBUTARY_TEST_API_KEY", key);
    if let Some(tls) = &service.tls {
        command.env("TRIBUTARY_TEST_CA_CERTIFICATE", &tls.ca);
        command.env("TRIBUTARY_TEST_FINGERPRINT", &tls.fingerprint);
    }
    let output = command.arg(service.url()).output().expect("it can be started: it was installed");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "the scenario of {} failed after\n{text}\n{}\nthe service logged\n{}",
        client.name,
        String::from_utf8_lossy(&output.stderr),
        service.server.log()
    );
    Outcome::read(&text)
}

/// Runs over every backend of this run; the report of the first one is kept for the table.
fn outcome(client: &'static Client) -> Option<&'static Outcome> {
    static OUTCOMES: [OnceLock<Option<Outcome>>; CLIENTS.len()] = [const { OnceLock::new() }; CLIENTS.len()];
    let position = CLIENTS.iter().position(|known| known.name == client.name).expect("it is one of them");
    let run_all = || {
        let backends = BACKENDS.iter().filter(|backend| selected(backend));
        let outcomes: Vec<Outcome> = backends.map(|backend| run(client, backend)).collect();
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{} differs: {outcomes:#?}", client.name);
        outcomes.into_iter().next()
    };
    OUTCOMES[position].get_or_init(run_all).as_ref()
}

/// Whether any of the backends is selected for this run.
fn is_meant() -> bool {
    BACKENDS.iter().any(|backend| selected(backend))
}

fn check(name: &str) {
    let client = CLIENTS.iter().find(|client| client.name == name).expect("a client");
    assert_eq!(outcome(client).is_some(), is_meant());
}

#[test]
fn python_9() {
    check("python-9");
}

#[test]
fn python_8() {
    check("python-8");
}

#[test]
fn javascript_9() {
    check("javascript-9");
}

#[test]
fn go_9() {
    check("go-9");
}

#[test]
fn java_9() {
    check("java-9");
}

#[test]
fn rust_9() {
    check("rust-9");
}

#[test]
fn the_table_in_the_docs_is_what_was_seen() {
    if !is_meant() {
        return;
    }
    let outcomes = CLIENTS.iter().map(|client| (client, outcome(client).expect("it was run"))).collect();
    table::check(&outcomes);
}

#[test]
fn an_uncalled_method_is_detected() {
    let many =
        (b'a'..=b'z').map(char::from).map(|name| ["has ", "called "].map(|what| format!("{what}{name}")));
    let many = many.flatten().collect::<Vec<_>>().join("\n") + "\n";
    let fails = |more: &str| {
        let outcome = Outcome::read(&format!("{many}{more}"));
        std::panic::catch_unwind(|| outcome.check(&CLIENTS[0])).is_err()
    };
    assert!(!fails(""));
    assert!(!fails("has syncJobGet\ncalled SyncJobGet\n"));
    assert!(fails("has syncJobGet\n"));
    assert!(fails("called syncJobGet\n"));
    assert_eq!(snake_case("UpdateApiKeyId"), "update_api_key_id");
}
