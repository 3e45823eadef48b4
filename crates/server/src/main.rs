//! The service: Elasticsearch's Connector and Connector sync job APIs over the store of your choice.

mod access_log;
mod command;
mod error;
mod logging;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;

// Many documents of a kilobyte, from many threads: the system's allocator keeps more of them around.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves Elasticsearch's Connector and Connector sync job APIs over the store of your choice.
///
/// Without a command it serves; with one it moves what a store holds, and ends.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, args_conflicts_with_subcommands = true)]
struct Invocation {
    #[command(subcommand)]
    command: Option<command::Command>,
    #[command(flatten)]
    settings: settings::CommandLine,
}

#[actix_web::main]
async fn main() -> ExitCode {
    let Invocation { command, settings } = Invocation::parse();
    let result = match command {
        Some(command) => command.run().await.map_err(|failure| failure.to_string()),
        None => serve(settings).await.map_err(|error| error.to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tributary: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(settings: settings::CommandLine) -> Result<(), error::StartError> {
    serve::run(settings::Settings::load(settings)?).await
}
