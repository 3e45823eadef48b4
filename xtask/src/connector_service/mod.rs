//! `cargo xtask connector-service`: Elastic's connector service, unmodified, against Tributary.

mod client;
mod host;
mod installation;
mod log;
mod process;
mod service;
mod session;
mod steps;
mod waiting;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use rustix::process::Signal;
use xshell::Shell;

use client::Client;
use host::{Host, Surroundings};
use installation::{Installation, Wanted};
use service::Service;
use session::Session;
use steps::{STEPS, Step};

/// The stores, in the order in which all are tried.
const STORES: [&str; 5] = ["embedded", "opensearch", "elasticsearch", "memory", "all"];
/// The version that is tried unless another one is named.
const DEFAULT_TAG: &str = "v9.5.2";
/// How many lines of the service's log are shown for a step that failed.
const LINES_OF_LOG: usize = 15;
/// How long the service may take to say that it has started.
const START: Duration = Duration::from_mins(1);

/// The end of `--help`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  git clone https://github.com/elastic/connectors ../connectors
  cargo xtask connector-service ../connectors
  cargo xtask connector-service ../connectors --store opensearch --tag v9.2.8
  cargo xtask connector-service ../connectors --step full --step pg

The service is under the Elastic License 2.0. It is installed below target/connector-service and run as it is;
nothing of it is part of this project. Its logs stay in target/connector-service/TAG/runs.";

#[derive(Args)]
pub(crate) struct Arguments {
    /// A git checkout of elastic/connectors, bare or not
    checkout: PathBuf,
    /// Where Tributary keeps connectors and sync jobs
    #[arg(long, default_value = "embedded", value_parser = PossibleValuesParser::new(STORES))]
    store: String,
    /// The engine for the content, if the store is not an engine itself
    #[arg(long, default_value = "opensearch", value_parser = PossibleValuesParser::new(["opensearch", "elasticsearch"]))]
    content: String,
    /// The version of the service
    #[arg(long, default_value = DEFAULT_TAG)]
    tag: String,
    /// Only this step, several times for several
    #[arg(long = "step", value_name = "STEP", value_parser = PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    steps: Vec<String>,
    /// A program of Tributary, instead of building it
    #[arg(long)]
    binary: Option<PathBuf>,
    /// The interpreter to install the service with, of Python 3.10 or 3.11
    #[arg(long, default_value = "python3")]
    python: String,
}

/// Runs the service over the chosen stores, and fails if a step did.
pub(crate) fn run(shell: &Shell, arguments: &Arguments) -> Result<()> {
    let target = tributary_engines::cache().with_file_name("");
    shell.create_dir(&target)?;
    let target = target.canonicalize()?;
    // The shell's commands run in the root folder, wherever this one does.
    let checkout = &arguments.checkout;
    let checkout = checkout.canonicalize().with_context(|| format!("[{}]", checkout.display()))?;
    let wanted = Wanted { checkout: &checkout, tag: &arguments.tag, python: &arguments.python };
    let installation = Installation::prepare(shell, &target, wanted)?;
    let program = match &arguments.binary {
        Some(program) => program.canonicalize().with_context(|| format!("[{}]", program.display()))?,
        None => host::build(shell, &target)?,
    };
    waiting::watch_for_interruption()?;
    let is_chosen = |name: &str| arguments.store == "all" || arguments.store == name;
    let mut failed = Vec::new();
    for store in STORES.into_iter().filter(|store| *store != "all" && is_chosen(store)) {
        let content =
            if ["opensearch", "elasticsearch"].contains(&store) { store } else { &arguments.content };
        let around = Surroundings { store: store.to_owned(), content: content.to_owned() };
        println!("the connector service {} over {store}, with the content in {content}", arguments.tag);
        let chosen = STEPS.iter().filter(|step| {
            arguments.steps.is_empty() || arguments.steps.iter().any(|name| name == step.name)
        });
        let failures = run_over(&around, &installation, &program, &chosen.collect::<Vec<_>>())?;
        failed.extend(failures.into_iter().map(|name| format!("{name} over {store}")));
    }
    ensure!(failed.is_empty(), "these failed: {}", failed.join(", "));
    Ok(())
}

/// Runs the steps, and returns the names of those that failed.
fn run_over(
    around: &Surroundings,
    installation: &Installation,
    program: &Path,
    steps: &[&Step],
) -> Result<Vec<&'static str>> {
    let folder = installation.run_folder(&around.store);
    host::emptied(&folder)?;
    let host = Host::start(program, around, &folder)?;
    let listed = steps.iter().filter_map(|step| Some((step.name, step.service_type?)));
    let connectors: Vec<_> = listed.collect();
    let service = Service::prepare(installation.program(), &folder, &host.url, &connectors)?;
    let content = Client::of_engine(host.engine.endpoint());
    let mut session = Session { tributary: host.client(), content, service, folder };
    session.service.start()?;
    waiting::wait("the service looks for its host", START, || {
        ensure!(session.service.is_running()?, "it ended:\n{}", session.service.last_lines(LINES_OF_LOG));
        Ok(session.service.log().contains("preflight").then_some(()))
    })?;
    let mut failed = Vec::new();
    for step in steps {
        waiting::go_on()?;
        if !session.service.is_running()? {
            session.service.start()?;
        }
        let start = Instant::now();
        let outcome = (step.run)(&mut session);
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => println!("ok     {:12} {seconds:6.1} s  {}", step.name, step.about),
            Err(error) => {
                let lines = session.service.last_lines(LINES_OF_LOG);
                println!("FAILED {:12} {seconds:6.1} s  {error:#}\n{lines}", step.name);
                failed.push(step.name);
            }
        }
    }
    session.service.end_by(Signal::TERM)?;
    let complaints = log::complaints(&session.service.log());
    if complaints.is_empty() {
        println!("ok     log                    the service complains of nothing unexpected");
    } else {
        println!("FAILED log                    the service complains:\n{}", complaints.join("\n"));
        failed.push("log");
    }
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_is_what_is_deployed_and_documented() {
        let compose = include_str!("../../../deploy/connector-service/compose.yaml");
        let version = DEFAULT_TAG.trim_start_matches('v');
        assert!(compose.contains(&format!("/elastic-connectors:{version}\n")));
        let page = include_str!("../../../docs/connector-service.md");
        for step in STEPS {
            assert!(page.contains(&format!("| `{}` | {} |", step.name, step.about)), "{}", step.name);
        }
    }
}
