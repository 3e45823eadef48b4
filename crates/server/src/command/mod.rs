//! The commands other than serving: copy, export, import, health and secrets.

mod copy;
mod existing;
mod export;
mod failure;
mod health;
mod import;
mod new_file;
mod progress;
mod secrets;
mod stores;
mod summary;

use clap::Subcommand;

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
    /// Generates and rotates keys for the secrets of connectors
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, stores: &Stores<'_>, secret_keys: &SecretKeysFile) -> Result<(), Failure> {
        match self {
            Self::Copy(options) => copy::run(options, stores).await,
            Self::Export(options) => export::run(options, stores).await,
            Self::Import(options) => import::run(options, stores).await,
            Self::Health(options) => health::run(&options),
            Self::Secrets(command) => secrets::run(command, stores, secret_keys).await,
        }
    }
}
