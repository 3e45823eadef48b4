//! The commands beside serving: moving everything from one store to another, to a file, and back.

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

/// What to do, other than to serve.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies all connectors, sync jobs and secrets from one store to another
    Copy(copy::Options),
    /// Writes all connectors, sync jobs and secrets, which stay encrypted, out as lines of JSON
    Export(export::Options),
    /// Reads connectors, sync jobs and encrypted secrets from lines of JSON or from the answer of a search
    Import(import::Options),
    /// Asks a running service whether it is ready
    Health(health::Options),
    /// Makes keys for the secrets of connectors, and changes them
    #[command(subcommand)]
    Secrets(secrets::Command),
}

impl Command {
    /// Does it.
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
