//! The stores and content engines that are tested together.

use std::io::Write as _;

use tempfile::TempDir;
use tributary_engines::{Distribution, Endpoint, Indices, selected, shared};
use tributary_tests::{Launch, Server, embedded, folder};

/// A store and a content engine.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    /// The backend of the store.
    store: &'static str,
    /// The backend of the content engine.
    content: &'static str,
    /// Whether the service asks for keys, and each worker has one.
    is_secure: bool,
}

/// Base64 of an id and a secret: the first key.
const ADMIN_KEY: &str = "YWRtaW46dGhlLXNlY3JldC1vZi10aGUtYWRtaW5pc3RyYXRvcg==";

/// Every store, and both content engines.
pub(crate) const PAIRS: &[Pair] = &[
    Pair { name: "memory_and_opensearch", store: "memory", content: "opensearch", is_secure: true },
    Pair {
        name: "embedded_and_elasticsearch",
        store: "embedded",
        content: "elasticsearch",
        is_secure: false,
    },
    Pair { name: "opensearch_for_both", store: "opensearch", content: "opensearch", is_secure: false },
    Pair {
        name: "elasticsearch_for_both",
        store: "elasticsearch",
        content: "elasticsearch",
        is_secure: true,
    },
];

/// A service over a pair, with what it needs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) server: Server,
    /// Everything that it makes in engines.
    pub(crate) indices: Indices,
    _folder: Option<TempDir>,
}

impl Pair {
    /// Whether this run selects both.
    pub(crate) fn is_selected(&self) -> bool {
        selected(self.store) && selected(self.content)
    }

    /// Whether the store and the content are in one engine, for which nothing needs to be set.
    fn is_one(&self) -> bool {
        self.store == self.content
    }

    /// A service with an empty store.
    pub(crate) fn start(&self) -> Running {
        let engine = |backend| {
            let distribution = Distribution::of_backend(backend).expect("a backend with a server");
            shared(distribution).expect("the server can be had")
        };
        let content = engine(self.content);
        let indices = Indices::new(content);
        let (launch, folder) = match self.store {
            "memory" => (Launch::over("memory:"), None),
            "embedded" => {
                let folder = folder();
                (Launch::over(&embedded(folder.path())), Some(folder))
            }
            engine => (over_engine(engine, content, &indices), None),
        };
        let launch = if self.is_one() { launch } else { with_content(launch, content) };
        let server = if self.is_secure { start_with_key(launch) } else { launch.start() };
        Running { server, indices, _folder: folder }
    }
}

/// A service with security on, to which requests are sent with the first key.
fn start_with_key(launch: Launch) -> Server {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(ADMIN_KEY.as_bytes()).expect("a key");
    let launch = launch.arguments(["--security", "on"]).variable("TRIBUTARY_ADMIN_KEY_FILE", file.path());
    launch.start().authorized(&format!("ApiKey {ADMIN_KEY}"))
}

/// A start over an engine, which is that of the content too, with control indices of its own.
fn over_engine(product: &str, endpoint: &Endpoint, indices: &Indices) -> Launch {
    let setting = |name: &str| format!("TRIBUTARY_{}_{name}", product.to_uppercase());
    let mut launch = Launch::over(&format!("{product}:{}", endpoint.url))
        .variable(&setting("INDEX_PREFIX"), indices.fresh_prefix())
        // Many indices are made at a time here.
        .variable(&setting("DEADLINE"), "120")
        .variable(&setting("READ_DEADLINE"), "120");
    if let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) {
        launch = launch.variable(&setting("USER"), user).variable(&setting("PASSWORD"), password);
    }
    launch
}

/// Names the content engine.
fn with_content(launch: Launch, endpoint: &Endpoint) -> Launch {
    let mut launch = launch.arguments(["--content", &endpoint.url]);
    if let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) {
        launch =
            launch.variable("TRIBUTARY_CONTENT_USER", user).variable("TRIBUTARY_CONTENT_PASSWORD", password);
    }
    launch
}
