//! The feed of changes of a store.

use std::fmt;

use tributary_domain::{Collection, Id};

/// A position in the feed of changes, opaque to callers. It is valid for the store that returned it, and for other
/// stores over the same server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(String);

impl Position {
    /// The position with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of the position.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A store that returns the changes after a position part by part returns at least so many documents in each part:
/// with fewer, a call has returned everything that had changed before it.
pub const SMALLEST_PART: usize = 1_000;

/// The changes after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The position to continue from.
    pub position: Position,
    /// The documents that changed, each once, in no particular order.
    pub changed: Vec<(Collection, Id)>,
    /// Whether `changed` is complete. If not, the position is too old or of another store, and a caller that needs every
    /// change has to read all documents again.
    pub is_complete: bool,
}
