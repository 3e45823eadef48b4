//! The feed of changes of a store.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tributary_domain::{Collection, FilteredValues, Id};

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

/// The longest text of last values that is kept, in bytes.
const LONGEST_VALUES: usize = 64 << 10;

/// What a deleted document was found by when it was deleted: its [`FilteredValues`] as JSON text, which is cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastValues(Arc<str>);

impl LastValues {
    /// The values of the document with this text; `None` if it is no JSON object, or if they take more than 64 KB.
    #[must_use]
    pub fn of(collection: Collection, document: &str) -> Option<Self> {
        let text = FilteredValues::of_text(collection, document)?.to_json();
        (text.len() <= LONGEST_VALUES).then(|| Self(text.into()))
    }

    /// The values with this text, as [`as_str`](Self::as_str) returned it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Their text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The values; `None` if the text was not that of any.
    #[must_use]
    pub fn read(&self) -> Option<FilteredValues> {
        FilteredValues::from_json(&self.0)
    }
}

/// Deleted documents, each with what it was found by, or `None` where that is not known: where another program or an
/// earlier version of this one deleted it, or where its values are too long.
pub type Deletions = BTreeMap<(Collection, Id), Option<LastValues>>;

/// The changes after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The position to continue from.
    pub position: Position,
    /// The documents that changed, each once, in no particular order.
    pub changed: Vec<(Collection, Id)>,
    /// Those of the changed documents whose last change before the position was their deletion. Any other one that is
    /// not there is deleted later, and is reported again.
    pub deleted: Deletions,
    /// Whether `changed` is complete. If not, the position is too old or of another store, and a caller that needs every
    /// change has to read all documents again.
    pub is_complete: bool,
}

impl Changes {
    /// No changes up to a position.
    #[must_use]
    pub fn none(position: Position, is_complete: bool) -> Self {
        Self { position, changed: Vec::new(), deleted: Deletions::new(), is_complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_values_are_those_that_filters_ask_for() {
        let of = |text: &str| LastValues::of(Collection::SYNC_JOBS, text);
        let values = of(r#"{"id":"j","status":"error","metadata":{"a":1}}"#).unwrap();
        assert_eq!(values.as_str(), r#"{"status":["error"]}"#);
        assert_eq!(LastValues::new(values.as_str()).read(), values.read());
        assert!(values.read().is_some() && LastValues::new("[]").read().is_none());
        assert_eq!(of("x"), None);
        let hostnames = vec!["x".repeat(5_000); 20];
        let distinct = hostnames.iter().enumerate().map(|(place, name)| format!("{place}{name}"));
        let distinct: Vec<String> = distinct.collect();
        let text = |names: &[String]| format!(r#"{{"worker_hostname":{names:?}}}"#);
        assert!(of(&text(&hostnames)).is_some() && of(&text(&distinct)).is_none());
    }
}
