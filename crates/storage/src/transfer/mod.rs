//! Transfers of all documents between stores, and to and from lines of JSON.
//!
//! [`copy()`] copies a store, [`export()`] and [`import()`] write and read a stream of bytes. All of them keep only a
//! few batches in memory, and never change or remove a document of the target. The result is a [`Report`], which says
//! whether both sides have the same content.

mod arrival;
mod bulk_action;
mod copy;
mod digest;
mod error;
mod export;
mod import;
mod left_out;
mod progress;
mod report;
mod retry;
mod target;
mod write;

pub use copy::copy;
pub use digest::{Digest, Tally};
pub use error::TransferError;
pub use export::export;
pub use import::{Complaint, Imported, import};
pub use left_out::{LeftOut, Reason};
pub use progress::{Observer, Progress, Stage};
pub use report::{CollectionReport, Report, Verdict};
pub use target::TargetMode;

use crate::Collection;

/// The collections, in the order of transfers.
pub const COLLECTIONS: [Collection; Collection::LASTING.len()] = Collection::LASTING;

/// A value for each collection, in the order of [`COLLECTIONS`].
pub type OfEach<T> = [T; COLLECTIONS.len()];

/// The position of a collection in [`COLLECTIONS`].
fn place(collection: Collection) -> usize {
    COLLECTIONS.iter().position(|one| *one == collection).expect("only lasting documents are moved")
}

/// Whether a report mentions a collection with so many documents: secrets and API keys are left out where there are none.
pub fn is_told(collection: Collection, documents: u64) -> bool {
    documents > 0 || [Collection::CONNECTORS, Collection::SYNC_JOBS].contains(&collection)
}
