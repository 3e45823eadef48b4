//! Conversion between stored sources and the documents that clients see.

use bytes::Bytes;
use tributary_domain::Document;

use crate::StoreError;

/// The JSON that clients see of a source.
pub(super) fn render(source: &str, id: &str) -> Result<Bytes, StoreError> {
    let rendered = Document::render_text(source, id).map(Bytes::from);
    rendered.ok_or_else(|| StoreError::Backend(format!("the document [{id}] is no JSON object").into()))
}

/// Parses a source as a document.
pub(super) fn parse(source: &str, id: &str) -> Result<Document, StoreError> {
    Document::parse(source)
        .map_err(|error| StoreError::Backend(format!("the document [{id}] cannot be read: {error}").into()))
}

/// The source of a document: on one line, as the bulk API requires.
pub(super) fn source(document: &Document) -> String {
    let mut source = document.clone();
    source.remove("id");
    one_line(&source.to_json())
}

/// A source on one line, as the bulk API requires: outside of strings a line break is whitespace, and in strings it is
/// escaped.
pub(super) fn one_line(source: &str) -> String {
    source.replace(['\n', '\r'], " ")
}
