//! Benchmarks of the service: `list` measures lists of sync jobs against one constant body, `search`
//! against a search engine.

mod client;
mod compare;
mod connection;
mod failure;
mod figures;
mod fill;
mod jobs;
mod list;
mod search;
mod serve;
mod server;
mod shapes;
mod table;

use clap::{Parser, Subcommand};

use failure::Failure;

// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Tributary.
#[derive(Debug, Parser)]
#[command(name = "tributary-benchmarks", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists of sync jobs, against one constant body of the same size from the same server
    List(list::Options),
    /// Lists over OpenSearch and over the embedded store, against searches in OpenSearch itself
    Search(search::Options),
    /// Stores jobs for the other commands
    #[command(hide = true)]
    Fill(fill::Options),
    /// Serves a store for the other commands, until its standard input ends
    #[command(hide = true)]
    Serve(serve::Options),
}

fn main() -> Result<(), Failure> {
    match CommandLine::parse().command {
        Command::List(options) => list::run(&options),
        Command::Search(options) => search::run(&options),
        Command::Fill(options) => actix_web::rt::System::new().block_on(fill::run(options)),
        Command::Serve(options) => actix_web::rt::System::new().block_on(serve::run(options)),
    }
}
