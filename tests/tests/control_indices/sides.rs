//! The two sides that are compared: an engine with its real index, and the gateway.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use serde_json::{Value, json};
use tempfile::TempDir;
use tributary_engines::{Distribution, Endpoint, Indices, shared};
use tributary_tests::{Answer, Connection, Launch, Scenario, Server, embedded, folder};

/// The names of the control indices.
pub(crate) const CONNECTORS: &str = ".elastic-connectors";
pub(crate) const JOBS: &str = ".elastic-connectors-sync-jobs";

/// What a name of an index is replaced by, in a path or a body, to be that of each side.
pub(crate) const INDEX: &str = "{index}";

/// An answer: its status, and its body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// One of the two.
#[derive(Debug)]
pub(crate) struct Side {
    address: SocketAddr,
    connection: RefCell<Option<Connection>>,
    authorization: Option<String>,
    /// What names of control indices begin with.
    prefix: String,
}

/// Both.
#[derive(Debug)]
pub(crate) struct Sides {
    pub(crate) engine: Side,
    pub(crate) gateway: Side,
    pub(crate) server: Server,
    next: Cell<u32>,
    _indices: Indices,
    _folder: TempDir,
}

impl Sides {
    /// Empty control indices, in an engine with the mappings that the search store gives them, and over the embedded
    /// store.
    pub(crate) fn start(distribution: &'static Distribution) -> Self {
        let endpoint = shared(distribution).expect("the server can be had");
        let indices = Indices::new(endpoint);
        let prefix = indices.fresh_prefix();
        make_indices(endpoint, &prefix);
        let engine = Side::new(address_of(endpoint), endpoint.authorization(), prefix);
        for index in [CONNECTORS, JOBS] {
            // Nothing has to outlive the test.
            let settings = json!({ "index": { "translog": { "durability": "async" } } });
            let changed = engine.send("PUT", &format!("/{INDEX}/_settings"), index, &settings);
            assert_eq!(changed.status, 200, "{changed:?}");
        }
        let folder = folder();
        let server = gateway(Launch::over(&embedded(folder.path())), endpoint).start();
        let gateway = Side::new(server.address(), None, String::new());
        Self { engine, gateway, server, next: Cell::new(0), _indices: indices, _folder: folder }
    }

    /// Sends the same to both.
    pub(crate) fn send(&self, method: &str, path: &str, index: &str, body: &Value) -> [Said; 2] {
        [&self.engine, &self.gateway].map(|side| side.send(method, path, index, body))
    }

    /// Sends the same lines to both.
    pub(crate) fn send_lines(&self, path: &str, index: &str, lines: &str) -> [Said; 2] {
        [&self.engine, &self.gateway].map(|side| side.send_lines(path, index, lines))
    }

    /// An id that no document has.
    pub(crate) fn fresh_id(&self) -> String {
        self.next.set(self.next.get() + 1);
        format!("id-{}", self.next.get())
    }

    /// Stores documents on both sides.
    pub(crate) fn fill(&self, index: &str, documents: &[(String, Value)]) {
        let mut lines = String::new();
        for (id, document) in documents {
            lines.push_str(&json!({ "create": { "_id": id } }).to_string());
            lines.push('\n');
            lines.push_str(&document.to_string());
            lines.push('\n');
        }
        for said in self.send_lines(&format!("/{INDEX}/_bulk?refresh=true"), index, &lines) {
            assert_eq!((said.status, &said.body["errors"]), (200, &json!(false)), "{said:?}");
        }
    }
}

impl Side {
    fn new(address: SocketAddr, authorization: Option<String>, prefix: String) -> Self {
        Self { address, connection: RefCell::default(), authorization, prefix }
    }

    /// Sends a request with a body, unless it is null.
    pub(crate) fn send(&self, method: &str, path: &str, index: &str, body: &Value) -> Said {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send_text(method, path, index, "application/json", &body)
    }

    pub(crate) fn send_lines(&self, path: &str, index: &str, lines: &str) -> Said {
        self.send_text("POST", path, index, "application/x-ndjson", lines)
    }

    fn send_text(&self, method: &str, path: &str, index: &str, media_type: &str, body: &str) -> Said {
        let answer = self.answer_to(method, path, index, media_type, body);
        let body = if answer.body.is_empty() { Value::Null } else { answer.json() };
        Said { status: answer.status, body }
    }

    /// Sends any request.
    pub(crate) fn answer_to(
        &self,
        method: &str,
        path: &str,
        index: &str,
        media_type: &str,
        body: &str,
    ) -> Answer {
        let name = format!("{}{index}", self.prefix);
        let (path, body) = (path.replace(INDEX, &name), body.replace(INDEX, &name));
        let mut headers = Vec::new();
        headers.extend(self.authorization.as_deref().map(|value| ("Authorization", value)));
        if !body.is_empty() {
            headers.push(("Content-Type", media_type));
        }
        let body = (!body.is_empty() || method != "GET").then_some(body.as_bytes());
        let mut connection = self.connection.borrow_mut();
        let open = || Connection::open(self.address).expect("it can be connected to");
        let answer = connection.get_or_insert_with(open).request(method, &path, &headers, body);
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path} has no answer: {error}"));
        if answer.header("connection") == Some("close") {
            *connection = None;
        }
        answer
    }
}

/// Lets the search store make its indices, which stay.
fn make_indices(endpoint: &Endpoint, prefix: &str) {
    let product = endpoint.distribution.product.name();
    let setting = |name: &str| format!("TRIBUTARY_{}_{name}", product.to_uppercase());
    let mut launch = Launch::over(&format!("{product}:{}", endpoint.url))
        .variable(&setting("INDEX_PREFIX"), prefix)
        .variable(&setting("DEADLINE"), "60")
        .variable(&setting("READ_DEADLINE"), "60");
    if let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) {
        launch = launch.variable(&setting("USER"), user).variable(&setting("PASSWORD"), password);
    }
    let server = launch.start();
    Scenario(&server).connector("c");
    Scenario(&server).job("c", "full");
    let _ = server.call("DELETE", "/_connector/c?hard=true&delete_sync_jobs=true").expect(200);
    server.stop();
}

/// Names the engine as that of the content.
fn gateway(launch: Launch, endpoint: &Endpoint) -> Launch {
    let launch = launch.arguments(["--content", &endpoint.url]);
    match (&endpoint.user, &endpoint.password) {
        (Some(user), Some(password)) => {
            launch.variable("TRIBUTARY_CONTENT_USER", user).variable("TRIBUTARY_CONTENT_PASSWORD", password)
        }
        _ => launch,
    }
}

fn address_of(endpoint: &Endpoint) -> SocketAddr {
    endpoint.url.trim_start_matches("http://").parse().expect("engines listen on an address")
}
