//! Benchmarks of the service: `list` measures lists of sync jobs against one constant body.

mod client;
mod compare;
mod connection;
mod fill;
mod jobs;
mod list;
mod probe;
mod serve;
mod server;
mod shapes;
mod table;

use std::error::Error;

use clap::{Parser, Subcommand};

// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can go wrong: a benchmark is run by people, who read the message.
type Failure = Box<dyn Error + Send + Sync>;

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
    Probe(probe::Options),
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
        Command::Probe(options) => probe::run(&options),
        Command::Fill(options) => actix_web::rt::System::new().block_on(fill::run(options)),
        Command::Serve(options) => actix_web::rt::System::new().block_on(serve::run(options)),
    }
}
