//! `tributary keys`: API keys of a running service, or of a store that no service has open.

mod create;
mod invalidate;
mod list;
mod place;

use clap::Subcommand;

use super::{Failure, Stores};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Creates an API key, which is written to standard output
    Create(create::CreateOptions),
    /// Lists API keys, without their secrets
    List(list::ListOptions),
    /// Invalidates API keys, so that they do not work any more
    Invalidate(invalidate::InvalidateOptions),
}

/// Runs the subcommand.
pub(super) async fn run(command: KeysCommand, stores: &Stores<'_>) -> Result<(), Failure> {
    match command {
        KeysCommand::Create(options) => create::run(&options, stores).await,
        KeysCommand::List(options) => list::run(&options, stores).await,
        KeysCommand::Invalidate(options) => invalidate::run(&options, stores).await,
    }
}
