//! What the service talks to: Tributary over a store, and an engine for the content.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tributary_engines::{Distribution, Engine, EngineOptions, Product};
use xshell::{Shell, cmd};

use super::client::Client;
use super::process::Process;

/// The text before the address in the line that says that Tributary is ready.
const READY: &str = "tributary is listening on ";

/// Where Tributary keeps connectors and sync jobs, and where documents go to.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// `embedded`, `memory`, `opensearch` or `elasticsearch`.
    pub(crate) store: String,
    /// `opensearch` or `elasticsearch`.
    pub(crate) content: String,
}

/// A running Tributary with its engine.
#[derive(Debug)]
pub(crate) struct Host {
    // Dropped in this order: Tributary complains about an engine that ends before it does.
    _tributary: Process,
    pub(crate) engine: Engine,
    /// The address of Tributary.
    pub(crate) url: String,
}

impl Host {
    /// Starts a fresh engine, and Tributary with nothing in its store.
    pub(crate) fn start(program: &Path, around: &Surroundings, folder: &Path) -> Result<Self> {
        let distribution = Distribution::find(&around.content, None)?;
        eprintln!("starting {distribution}");
        let engine = Engine::start(distribution, &EngineOptions::default())?;
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let endpoint = engine.endpoint();
        let is_engine = around.store == distribution.product.name();
        let settings = if is_engine {
            // Over an engine, content is in the same one without being told.
            command.arg("--store").arg(format!("{}:{}", around.store, endpoint.url));
            variable_of(distribution.product)
        } else {
            let place = if around.store == "memory" { Path::new("").into() } else { folder.join("data") };
            command.arg("--store").arg(format!("{}:{}", around.store, place.display()));
            command.args(["--content", &endpoint.url]);
            "TRIBUTARY_CONTENT"
        };
        if let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) {
            command.env(format!("{settings}_USER"), user).env(format!("{settings}_PASSWORD"), password);
        }
        let mut tributary = Process::start(&mut command, &folder.join("tributary.log"))?;
        let output = tributary.child.stdout.take().context("standard output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let url = line.trim().strip_prefix(READY).map(str::to_owned);
        let url = url.with_context(|| format!("Tributary did not start:\n{}", tributary.log()))?;
        let host = Self { _tributary: tributary, engine, url };
        ensure!(host.client().get("/")?["version"].is_object(), "Tributary does not say its version");
        Ok(host)
    }

    /// Requests to Tributary.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }
}

/// The beginning of the names of an engine's settings.
fn variable_of(product: Product) -> &'static str {
    match product {
        Product::OpenSearch => "TRIBUTARY_OPENSEARCH",
        Product::Elasticsearch => "TRIBUTARY_ELASTICSEARCH",
    }
}

/// Builds Tributary, and returns its program.
pub(crate) fn build(shell: &Shell, target: &Path) -> Result<PathBuf> {
    cmd!(shell, "cargo build --release --package tributary-server --bin tributary").run()?;
    Ok(target.join("release/tributary"))
}

/// An empty folder.
pub(crate) fn emptied(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}
