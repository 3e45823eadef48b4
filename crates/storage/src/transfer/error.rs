//! The errors of transfers.

use std::io;

use super::{COLLECTIONS, OfEach, is_told};
use crate::{Collection, StoreError};

/// Why a transfer stopped. Documents that were written before stay; a resumed transfer continues from there.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target is not empty, as [`TargetMode::Empty`](super::TargetMode::Empty) requires.
    #[error("the target is not empty: it holds {}", listed(.0))]
    NotEmpty(OfEach<u64>),
    /// The target has a document that is not in the source: it is not an interrupted copy of it.
    #[error("the target holds {what} [{id}], which is {how} the source: it is no earlier part of this copy")]
    NotAPart {
        /// The kind of document.
        what: String,
        /// Its id.
        id: String,
        /// `not in` or `another in`.
        how: &'static str,
    },
    /// The source cannot be read.
    #[error("reading from the source: {0}")]
    Source(#[source] StoreError),
    /// A document of the source is not a JSON object.
    #[error("the document [{id}] of the source cannot be read: {reason}")]
    Unreadable {
        /// Its id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The target cannot be read or written.
    #[error("writing to the target: {0}")]
    Target(#[source] StoreError),
    /// The input cannot be read.
    #[error("reading the input: {0}")]
    Input(#[source] io::Error),
    /// The output cannot be written.
    #[error("writing the output: {0}")]
    Output(#[source] io::Error),
}

/// The kind of a document in words.
pub(super) fn kind(collection: Collection) -> String {
    format!("the {}", collection.noun)
}

/// The numbers of documents in words, such as `1 connectors and 3 sync jobs`.
fn listed(counts: &OfEach<u64>) -> String {
    let told =
        COLLECTIONS.into_iter().zip(counts).filter(|(collection, count)| is_told(*collection, **count));
    let told: Vec<String> =
        told.map(|(collection, count)| format!("{count} {}", collection.plural())).collect();
    match told.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => told.join(""),
    }
}
