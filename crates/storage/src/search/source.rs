//! The text that the server stores for a document, and the document that clients see of it.

use bytes::Bytes;
use tributary_domain::Document;

use crate::StoreError;

/// A stored text as clients see it.
pub(super) fn render(source: &str, id: &str) -> Result<Bytes, StoreError> {
    let rendered = Document::render_text(source, id).map(Bytes::from);
    rendered.ok_or_else(|| StoreError::Backend(format!("the document [{id}] is no JSON object").into()))
}

/// A stored text as the document that it is.
pub(super) fn parse(source: &str, id: &str) -> Result<Document, StoreError> {
    Document::parse(source)
        .map_err(|error| StoreError::Backend(format!("the document [{id}] cannot be read: {error}").into()))
}

/// The text that is stored for a document: on one line, which is how it is sent.
pub(super) fn source(document: &Document) -> String {
    let mut source = document.clone();
    source.remove("id");
    one_line(&source.to_json())
}

/// A source on one line, which is how it is sent: a line break in JSON is a blank, in strings it is
/// written as an escape.
pub(super) fn one_line(source: &str) -> String {
    source.replace(['\n', '\r'], " ")
}
