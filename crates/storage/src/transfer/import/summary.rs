//! What an import understood of its input, and what it did not.

/// A part of the input that was not understood and is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The line, counted from one; the last line of an object that spans several.
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
