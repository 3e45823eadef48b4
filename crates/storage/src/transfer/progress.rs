//! The progress of a transfer.

use crate::Collection;

/// The stages of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading the target before anything is written.
    Surveying(Collection),
    /// Copying from the source.
    Copying(Collection),
    /// Writing the documents of the input.
    Importing,
    /// Exporting the source.
    Exporting(Collection),
    /// Reading both sides again to compare them.
    Comparing(Collection),
}

/// The progress of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// How many documents are done.
    pub done: u64,
    /// The total, if it is known; it may grow during the transfer.
    pub total: Option<u64>,
}

/// Called with the progress after each batch.
pub type Observer<'a> = dyn Fn(Progress) + Send + Sync + 'a;
