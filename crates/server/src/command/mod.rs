//! The commands other than serving: those over stores (copy, export, import, secrets), and those that ask a running
//! service (health, jobs, connectors); `keys` does both.

mod completion;
mod connectors;
mod copy;
mod existing;
mod export;
mod failure;
mod health;
mod import;
mod jobs;
mod keys;
mod listing;
mod new_file;
mod progress;
mod secrets;
mod showing;
mod stores;
mod summary;

use clap::Subcommand;

pub(crate) use completion::answer as answer_completion;
pub(crate) use failure::Failure;
pub(crate) use stores::Stores;

use crate::secret_keys::SecretKeysFile;

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies all connectors, sync jobs and secrets from one store to another
    Copy(copy::CopyOptions),
    /// Writes all connectors, sync jobs and secrets (which stay encrypted) as lines of JSON
    Export(export::ExportOptions),
    /// Reads connectors, sync jobs and encrypted secrets from lines of JSON or from a search response
    Import(import::ImportOptions),
    /// Asks a running service whether it is ready
    Health(health::HealthOptions),
    /// Lists, watches, creates, waits for, retries, cancels and deletes sync jobs of a running service
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// Lists connectors of a running service
    #[command(subcommand)]
    Connectors(connectors::ConnectorsCommand),
    /// Creates, lists and invalidates API keys of a running service, or of a store
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Generates and rotates keys for the secrets and the sensitive values of connectors
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Writes a script that completes commands, flags and their words in a shell
    Completion(completion::CompletionOptions),
}

impl Command {
    /// Runs the command; `command_line` is that of the program.
    pub(crate) async fn run(
        self,
        stores: &Stores<'_>,
        secret_keys: &SecretKeysFile,
        command_line: clap::Command,
    ) -> Result<(), Failure> {
        match self {
            Self::Copy(options) => copy::run(options, stores).await,
            Self::Export(options) => export::run(options, stores).await,
            Self::Import(options) => import::run(options, stores).await,
            Self::Health(options) => health::run(&options).await,
            Self::Jobs(command) => Ok(jobs::run(command).await?),
            Self::Connectors(command) => Ok(connectors::run(command).await?),
            Self::Keys(command) => keys::run(command, stores).await,
            Self::Completion(options) => completion::run(&options, &command_line),
            Self::Secrets(command) => secrets::run(command, stores, secret_keys).await,
        }
    }
}
