//! Why a transfer did not come to its end.

use std::io;

use super::{COLLECTIONS, OfEach, is_told};
use crate::{Collection, StoreError};

/// Why a transfer stopped. What was written before stays; a transfer that is resumed goes on there.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target holds documents, and nobody said that it may.
    #[error("the target is not empty: it holds {}", listed(.0))]
    NotEmpty(OfEach<u64>),
    /// What the target holds is not a part of what the source holds: it is no copy that was cut off.
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
    /// A document of the source is no JSON object.
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

/// How many documents there are of each collection, such as `1 connectors and 3 sync jobs`.
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
