//! What has changed since when, for those who wait for it.

use std::fmt;

use tributary_domain::{Collection, Id};

/// A place in the line of changes of a store. Only the store that answered it understands it, and another one over the
/// same server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(String);

impl Position {
    /// The position that a store writes so.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// How the store wrote it.
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

/// What has changed after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// From where to ask for what changes next.
    pub position: Position,
    /// The documents that have changed, each once, in no order that means anything.
    pub changed: Vec<(Collection, Id)>,
    /// Whether these are all. Otherwise the position is too old, or of another store: whoever needs every change reads
    /// everything again.
    pub is_complete: bool,
}
