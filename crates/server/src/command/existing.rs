//! What the target store of a transfer may contain already.

use clap::Args;
use tributary_storage::transfer::TargetMode;

/// What the target may contain already.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Existing {
    /// Write to a target that is not empty; existing documents are kept, conflicting ones are reported
    #[arg(long)]
    merge: bool,
    /// Resume the same command after an interruption; the target must hold nothing else
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
