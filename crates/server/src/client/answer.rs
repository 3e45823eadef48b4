//! What is in an answer.

use serde::Deserialize;
use serde_json::value::RawValue;
use tributary_domain::{Fields, keyword_values};

use super::plain::plain;

/// A page of a list; its documents as text, since they may be anything.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing {
    /// How many match.
    pub(crate) count: u64,
    /// The documents of the page.
    pub(crate) results: Vec<Box<RawValue>>,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// The values of a field to be shown, whatever their type; empty if it has none.
pub(crate) fn words(document: &impl Fields, path: &str) -> String {
    plain(&keyword_values(document, path).join(", "))
}
