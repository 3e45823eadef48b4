//! `tributary jobs`: the sync jobs of a running service.

mod by_query;
mod change;
mod count;
mod create;
mod list;
mod show;
mod wait;
mod watch;

use clap::Subcommand;

use crate::client::ClientFailure;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// Lists sync jobs
    List(list::ListOptions),
    /// Shows the details of a sync job
    Show(show::ShowOptions),
    /// Counts sync jobs, by words or by intervals of time
    Count(count::CountOptions),
    /// Shows changes of sync jobs as they happen
    Watch(watch::WatchOptions),
    /// Creates a sync job for a connector
    Create(create::CreateOptions),
    /// Cancels sync jobs that no worker has, or asks their workers to stop
    Cancel(change::CancelOptions),
    /// Creates sync jobs like those that have ended
    Retry(change::RetryOptions),
    /// Deletes sync jobs, whatever their status
    Delete(change::DeleteOptions),
}

/// Runs the subcommand.
pub(super) async fn run(command: JobsCommand) -> Result<(), ClientFailure> {
    match command {
        JobsCommand::List(options) => list::run(&options).await,
        JobsCommand::Show(options) => show::run(&options).await,
        JobsCommand::Count(options) => count::run(&options).await,
        JobsCommand::Watch(options) => watch::run(&options).await,
        JobsCommand::Create(options) => create::run(&options).await,
        JobsCommand::Cancel(options) => change::cancel(&options).await,
        JobsCommand::Retry(options) => change::retry(&options).await,
        JobsCommand::Delete(options) => change::delete(&options).await,
    }
}
