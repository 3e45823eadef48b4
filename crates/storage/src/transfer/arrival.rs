//! Documents that a transfer writes.

use tributary_domain::{Document, Id};

use super::TransferError;
use super::digest::Digest;
use crate::{Collection, Stored};

/// A document that was read and has to be created.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) id: Id,
    pub(super) document: Document,
    pub(super) digest: Digest,
}

/// Documents of one collection that are written together.
#[derive(Debug)]
pub(super) struct ArrivalBatch {
    pub(super) collection: Collection,
    pub(super) arrivals: Vec<Arrival>,
}

impl Arrival {
    pub(super) fn new(id: Id, document: Document) -> Self {
        let digest = Digest::of(document.render(id.as_str()).as_bytes());
        Self { id, document, digest }
    }

    /// A document as a store returned it.
    pub(super) fn from_stored(stored: Stored) -> Result<Self, TransferError> {
        let document = source(&stored)?;
        Ok(Self { digest: Digest::of(&stored.document), id: stored.id, document })
    }
}

/// The document without the `id` that rendering put first. An `id` at another position is part of the stored document
/// and stays.
pub(super) fn source(stored: &Stored) -> Result<Document, TransferError> {
    let unreadable = |reason: String| TransferError::Unreadable { id: stored.id.to_string(), reason };
    let text = std::str::from_utf8(&stored.document).map_err(|error| unreadable(error.to_string()))?;
    let document = Document::parse(text).map_err(|error| unreadable(error.to_string()))?;
    Ok(without_leading_id(document))
}

pub(super) fn without_leading_id(mut document: Document) -> Document {
    if document.iter().next().is_some_and(|(name, _)| name == "id") {
        document.remove("id");
    }
    document
}
