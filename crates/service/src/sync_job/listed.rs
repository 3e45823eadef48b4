//! The documents of a list.

use tributary_domain::{Document, Id};
use tributary_storage::StoreError;

/// Parses the text of a document.
pub(super) fn parse(text: &[u8]) -> Result<Document, StoreError> {
    Document::parse(as_text(text)?).map_err(|error| StoreError::Backend(error.into()))
}

/// The id of a document of a list.
pub(super) fn id_of(text: &[u8]) -> Result<Id, StoreError> {
    let id = Document::id_of_text(as_text(text)?).and_then(|id| Id::parse("id", id).ok());
    id.ok_or_else(|| StoreError::Backend("a document in a list has no id".into()))
}

fn as_text(text: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(text).map_err(|error| StoreError::Backend(error.into()))
}
