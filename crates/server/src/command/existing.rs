//! What a store may hold already that is written into.

use clap::Args;
use tributary_storage::transfer::TargetMode;

/// What the target may hold already.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Existing {
    /// Write into a target that is not empty; what is there stays, other content under the same id is reported
    #[arg(long)]
    merge: bool,
    /// Go on where the same command was cut off; the target may hold nothing else
    #[arg(long, conflicts_with = "merge")]
    resume: bool,
}

impl From<Existing> for TargetMode {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing { merge: true, .. } => Self::Merge,
            Existing { resume: true, .. } => Self::Resume,
            Existing { .. } => Self::Empty,
        }
    }
}
