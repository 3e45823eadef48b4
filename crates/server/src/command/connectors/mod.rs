//! `tributary connectors`: the connectors of a running service.

mod list;
mod show;

use clap::Subcommand;

use crate::client::ClientFailure;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorsCommand {
    /// Lists connectors
    List(list::ListOptions),
    /// Shows the details of a connector
    Show(show::ShowOptions),
}

/// Runs the subcommand.
pub(super) async fn run(command: ConnectorsCommand) -> Result<(), ClientFailure> {
    match command {
        ConnectorsCommand::List(options) => list::run(&options).await,
        ConnectorsCommand::Show(options) => show::run(&options).await,
    }
}
