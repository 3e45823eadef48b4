//! The project's tasks: `cargo xtask test | fuzz | bench | engine | advisories | docs | tidy` and others.

mod advisories;
mod circles;
mod connector_service;
mod documentation;
mod engine;
mod fuzz;
mod layers;
mod licences;
mod module_tree;
mod programs;
mod sbom;
mod sources;
mod test;
mod tools;
mod workspace;

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xshell::{Shell, cmd};

use workspace::root;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's tasks")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all checks: format, lints, layers, documentation, all tests, examples, licences
    #[command(after_help = test::EXAMPLES)]
    Test(test::Arguments),
    /// Run benchmarks in a release build; see `cargo xtask bench list --help`
    Bench {
        /// The arguments of the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Real OpenSearch and Elasticsearch servers for development and tests
    #[command(subcommand)]
    Engine(engine::EngineTask),
    /// Feed generated inputs to what reads those of strangers
    #[command(after_help = fuzz::EXAMPLES)]
    Fuzz(fuzz::Arguments),
    /// Send a million generated requests to the service over an embedded store; see `--help` after `--`
    GeneratedRequests {
        /// Its arguments, such as `--requests 1000 --seed 7`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write the software bill of materials of the service into target/tributary.cdx.json
    Sbom,
    /// Check the dependencies for known advisories
    #[command(after_help = advisories::EXAMPLES)]
    Advisories(advisories::Arguments),
    /// Run Elastic's connector service against Tributary, step by step
    #[command(after_help = connector_service::EXAMPLES)]
    ConnectorService(connector_service::Arguments),
    /// Generate the OpenAPI document and the references from the code
    Docs {
        /// Change nothing; fail if something is out of date or a link is broken
        #[arg(long)]
        check: bool,
        /// Also build the site into target/site and check its links
        #[arg(long)]
        site: bool,
    },
    /// Check the structure of the code: layers, sizes, names, circular dependencies
    Tidy,
}

fn main() -> Result<()> {
    forget_package()?;
    let shell = Shell::new()?;
    shell.change_dir(root());
    match CommandLine::parse().task {
        Task::Test(arguments) => test::run(&shell, &arguments),
        Task::Bench { arguments } => {
            Ok(cmd!(shell, "cargo run --release --package tributary-benchmarks -- {arguments...}").run()?)
        }
        Task::Engine(task) => engine::run(&task),
        Task::Fuzz(arguments) => fuzz::run(&shell, &arguments),
        Task::GeneratedRequests { arguments } => fuzz::requests(&shell, &arguments),
        Task::Sbom => sbom::write(&shell),
        Task::Advisories(arguments) => advisories::run(&shell, &arguments),
        Task::ConnectorService(arguments) => connector_service::run(&shell, &arguments),
        Task::Docs { check, site } => {
            documentation::references(&shell, check)?;
            if site { documentation::site(&shell) } else { Ok(()) }
        }
        Task::Tidy => tidy(&shell),
    }
}

/// Starts anew without what Cargo tells this program of its package. Build scripts of dependencies that are built from
/// here would see it, take it for a change, and nearly everything would be built again.
fn forget_package() -> Result<()> {
    let is_of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let names = env::vars_os().map(|(name, _)| name);
    let names: Vec<_> = names.filter(|name| is_of_package(&name.to_string_lossy())).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(env::current_exe()?);
    command.args(env::args_os().skip(1));
    for name in names {
        command.env_remove(name);
    }
    Err(command.exec().into())
}

/// Checks the structure of the code.
fn tidy(shell: &Shell) -> Result<()> {
    layers::check(shell)?;
    sources::check()?;
    circles::check()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_tidy() {
        let shell = Shell::new().unwrap();
        shell.change_dir(root());
        tidy(&shell).unwrap();
    }
}
