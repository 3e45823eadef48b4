//! The project's tasks: `cargo xtask test | bench | engine | docs | tidy`.

mod circles;
mod documentation;
mod engine;
mod layers;
mod licences;
mod module_tree;
mod sources;
mod test;
mod tools;
mod workspace;

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
    /// Everything that has to hold: format, lints, layers, documentation, all tests, examples, licences
    #[command(after_help = test::EXAMPLES)]
    Test(test::Arguments),
    /// Measures, in a build for release; see `cargo xtask bench list --help`
    Bench {
        /// What to measure and how
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Real OpenSearch and Elasticsearch servers to develop and test with
    #[command(subcommand)]
    Engine(engine::EngineTask),
    /// Writes the OpenAPI document and the references out of the code
    Docs {
        /// Change nothing, and fail where something is stale or a link leads nowhere
        #[arg(long)]
        check: bool,
        /// Build the site as well, into target/site, and look at its links
        #[arg(long)]
        site: bool,
    },
    /// The checks of the house alone: layers, sizes, names, circles
    Tidy,
}

fn main() -> Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(root());
    match CommandLine::parse().task {
        Task::Test(arguments) => test::run(&shell, &arguments),
        Task::Bench { arguments } => {
            Ok(cmd!(shell, "cargo run --release --package tributary-benchmarks -- {arguments...}").run()?)
        }
        Task::Engine(task) => engine::run(&task),
        Task::Docs { check, site } => {
            documentation::references(&shell, check)?;
            if site { documentation::site(&shell) } else { Ok(()) }
        }
        Task::Tidy => tidy(&shell),
    }
}

/// The checks of the house.
fn tidy(shell: &Shell) -> Result<()> {
    layers::check(shell)?;
    sources::check()?;
    circles::check()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let shell = Shell::new().unwrap();
        shell.change_dir(root());
        tidy(&shell).unwrap();
    }
}
