//! Why a transfer did not come to its end.

use std::io;

use crate::{Collection, StoreError};

/// Why a transfer stopped. What was written before stays; a transfer that is resumed goes on there.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target holds documents, and nobody said that it may.
    #[error(
        "the target is not empty: it holds {connectors} connectors and {sync_jobs} sync jobs{}",
        and_secrets(*.secrets)
    )]
    NotEmpty {
        /// How many connectors it holds, with those that are softly deleted.
        connectors: u64,
        /// How many sync jobs it holds.
        sync_jobs: u64,
        /// How many secrets it holds.
        secrets: u64,
    },
    /// What the target holds is not a part of what the source holds: it is no copy that was cut off.
    #[error("the target holds {what} [{id}], which is {how} the source: it is no earlier part of this copy")]
    NotAPart {
        /// The kind of document.
        what: &'static str,
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
pub(super) const fn kind(collection: Collection) -> &'static str {
    match collection {
        Collection::Connectors => "the connector",
        Collection::SyncJobs => "the sync job",
        Collection::Secrets => "the secret",
    }
}

/// Most stores hold no secrets, and nothing is said of them then.
fn and_secrets(number: u64) -> String {
    if number == 0 { String::new() } else { format!(", and {number} secrets") }
}
