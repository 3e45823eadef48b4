//! The commands beside serving: moving everything from one store to another, to a file, and back.

mod copy;
mod export;
mod failure;
mod health;
mod import;
mod progress;
mod stores;
mod summary;

use clap::{Args, Subcommand};
use tributary_storage::transfer::Onto;

pub(crate) use failure::Failure;
pub(crate) use stores::Stores;

/// What to do, other than to serve.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies all connectors and sync jobs from one store to another
    Copy(copy::Options),
    /// Writes all connectors and sync jobs out as lines of JSON
    Export(export::Options),
    /// Reads connectors and sync jobs from lines of JSON or from the answer of a search
    Import(import::Options),
    /// Asks a running service whether it is ready
    Health(health::Options),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self, stores: &Stores<'_>) -> Result<(), Failure> {
        match self {
            Self::Copy(options) => copy::run(options, stores).await,
            Self::Export(options) => export::run(options, stores).await,
            Self::Import(options) => import::run(options, stores).await,
            Self::Health(options) => health::run(&options),
        }
    }
}

/// What the target may hold already.
#[derive(Debug, Clone, Copy, Args)]
struct Existing {
    /// Write into a target that is not empty; what is there stays, other content under the same id is reported
    #[arg(long)]
    merge: bool,
    /// Go on where the same command was cut off; the target may hold nothing else
    #[arg(long, conflicts_with = "merge")]
    resume: bool,
}

impl From<Existing> for Onto {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing { merge: true, .. } => Self::Merge,
            Existing { resume: true, .. } => Self::Resume,
            Existing { .. } => Self::Empty,
        }
    }
}
