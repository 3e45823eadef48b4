//! `cargo xtask test`: all checks that a change has to pass.

use std::env;
use std::num::NonZero;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;
use tributary_engines::{BACKENDS, Distribution, Postgres, SELECTION, environment_variable};
use xshell::{Shell, cmd};

use crate::fuzz::BINARY;
use crate::{advisories, documentation, engine, fuzz, licences, programs};

/// The examples in `--help`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask test                             all of it, as before a change is handed in
  cargo xtask test --backend memory,embedded   no engine is started
  cargo xtask test --backend opensearch        the tests that need a backend, with this one alone

Engines are fetched by Maven once, into target/engines, and need a Java: `cargo xtask engine list`
says which. Elasticsearch's clients are installed once, into target/clients: that takes Python,
Node.js, Go and a JDK. Whoever syncs into an engine reads a PostgreSQL: Debian's package postgresql,
which is installed if you are root. What cannot be had fails the run.

Two test programs run at a time. RUST_TEST_THREADS is how many tests of each do: twice as many as
there are processors, if it does not say otherwise.";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Run the tests that need a backend only with these
    #[arg(long = "backend", value_name = "NAME", value_delimiter = ',', value_parser = PossibleValuesParser::new(BACKENDS))]
    backends: Vec<String>,
}

/// The environment variable with the number of test threads.
const THREADS: &str = "RUST_TEST_THREADS";
/// The environment variable with the path of the example that mounts the API.
const MOUNT: &str = "TRIBUTARY_TEST_MOUNT";
/// How many test programs run at a time.
const AT_A_TIME: usize = 2;
/// The test programs that take longest, which start first, so that none of them is left alone at the end.
const SLOWEST: &[&str] = &[
    "crates/api test http",
    "tests test openapi",
    // Also long before the tests of content, which remove the ingest pipeline that it needs.
    "tests test connector_service",
    "tests test control_indices",
    "xtask test engine",
];

/// Runs all checks and prints the duration of each.
pub(crate) fn run(shell: &Shell, arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    step("format", || Ok(cmd!(shell, "cargo fmt --all --check").run()?))?;
    step("lints", || {
        Ok(cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- --deny warnings").run()?)
    })?;
    step("references", || documentation::references(shell, true))?;
    // A missing snapshot is a failure here and not written.
    let _snapshots = shell.push_env("INSTA_UPDATE", "no");
    let _full_match = shell.push_env("INSTA_REQUIRE_FULL_MATCH", "1");
    // The message of a failed assertion would drown in its backtrace.
    let _backtrace = shell.push_env("RUST_BACKTRACE", "0");
    let _threads = shell.push_env(THREADS, threads());
    let _selection = shell.push_env(SELECTION, arguments.backends.join(","));
    // Only what is in front of an engine has something to sync into.
    let is_engine = |name: &String| Distribution::of_backend(name).is_some();
    if arguments.backends.is_empty() || arguments.backends.iter().any(is_engine) {
        step("PostgreSQL", Postgres::ensure)?;
    }
    // Engines are fetched and started while the compiler works.
    let (programs, engines) = thread::scope(|scope| {
        let engines = scope.spawn(|| step("engines", || engine::start_all(&arguments.backends)));
        let programs = step("test programs", || programs::build(shell));
        (programs, engines.join().unwrap_or_else(|_| bail!("the start of the engines gave up")))
    });
    let (programs, engines) = (programs?, engines?);
    // Shared by all test programs.
    let engine_variables: Vec<_> = engines
        .iter()
        .map(|engine| {
            shell.push_env(environment_variable(engine.distribution()), engine.endpoint().url_with_password())
        })
        .collect();
    // Otherwise each of them would ask Cargo whether these are up to date.
    let binary = shell.push_env(BINARY, programs::binary(shell)?);
    let mount = shell.push_env(MOUNT, programs::mount(shell)?);
    let meanwhile = [checks, fuzz::briefly].map(|work| {
        let folder = shell.current_dir();
        thread::spawn(move || {
            let shell = Shell::new()?;
            shell.change_dir(folder);
            work(&shell)
        })
    });
    let tested = step("tests", || programs::run(shell, programs, SLOWEST, AT_A_TIME));
    let others = step("what runs beside the tests", || {
        let gave_up = |_| bail!("what runs beside the tests gave up");
        let [checked, fuzzed] = meanwhile.map(|work| work.join().unwrap_or_else(gave_up));
        checked.and(fuzzed)
    });
    drop((binary, mount, engine_variables, engines));
    tested.and(others)?;
    step("site", || documentation::site(shell))?;
    step("licences", || licences::check(shell))?;
    step("advisories", || advisories::check_known(shell))?;
    eprintln!("everything holds, after {} s", start.elapsed().as_secs());
    Ok(())
}

/// The number of test threads: that in the environment, or twice the number of processors, since tests mostly wait
/// for servers.
fn threads() -> String {
    let processors = || thread::available_parallelism().map_or(1, NonZero::get);
    env::var(THREADS).unwrap_or_else(|_| (2 * processors()).to_string())
}

/// Runs concurrently with the tests, which mostly wait for servers, and so do the fuzz targets: what needs the compiler
/// and no engine, with low priority.
fn checks(shell: &Shell) -> Result<()> {
    step("each backend alone", || {
        for features in ["", "memory", "embedded", "search", "transfer"] {
            let of = ["--package", "tributary-storage", "--no-default-features", "--features", features];
            cmd!(shell, "nice cargo clippy --quiet {of...} -- --deny warnings").quiet().run()?;
        }
        Ok(())
    })?;
    step("documentation of the crates", || documentation::comments(shell))?;
    step("examples in documentation", || documentation::examples(shell))?;
    documentation::prepare(shell)?;
    licences::prepare(shell)
}

fn step<T>(name: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("--- {name}");
    let start = Instant::now();
    let outcome = run().with_context(|| format!("the step [{name}] failed"))?;
    eprintln!("--- {name}: fine, {} s", start.elapsed().as_secs());
    Ok(outcome)
}
