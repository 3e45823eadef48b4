//! How far a transfer is, for whoever watches.

use crate::Collection;

/// What a transfer is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading what the target holds before anything is written.
    Surveying(Collection),
    /// Writing what the source holds.
    Copying(Collection),
    /// Writing what comes in, of both kinds.
    Importing,
    /// Writing out what the source holds.
    Exporting(Collection),
    /// Reading both sides again.
    Comparing(Collection),
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How many documents are done.
    pub done: u64,
    /// How many there are, where that is known; others may come meanwhile.
    pub total: Option<u64>,
}

/// Is told how far a transfer is, after each portion.
pub type Observer<'a> = dyn Fn(Progress) + Send + Sync + 'a;
