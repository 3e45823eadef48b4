//! What an import understood of its input.

/// A place of the input that was not understood; nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The line, counted from one; of an object that is spread over lines its last.
    pub line: u64,
    /// What is wrong there.
    pub reason: String,
}

/// What was understood of the input, and what was not.
#[derive(Debug, Default)]
pub(super) struct InputSummary {
    pub(super) misunderstood: u64,
    pub(super) complaints: Vec<Complaint>,
    pub(super) matching: u64,
    pub(super) contained: u64,
}
