//! Moving everything that one store holds into another, and to and from lines of JSON.
//!
//! [`copy()`] goes from store to store, [`export()`] and [`import()`] to and from a stream of bytes. All
//! of them hold a few portions in memory at a time, and none of them changes or removes a document
//! that is there already. What became of it is a [`Report`], which says whether both sides hold the
//! same afterwards.

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

/// The collections in the order in which they are moved.
pub const COLLECTIONS: [Collection; Collection::LASTING.len()] = Collection::LASTING;

/// Something of each collection, in the order of [`COLLECTIONS`].
pub type OfEach<T> = [T; COLLECTIONS.len()];

/// Where a collection stands among [`COLLECTIONS`].
fn place(collection: Collection) -> usize {
    COLLECTIONS.iter().position(|one| *one == collection).expect("only lasting documents are moved")
}

/// Whether anything is said of a collection with so many documents: most stores hold no secrets.
pub fn is_told(collection: Collection, documents: u64) -> bool {
    documents > 0 || collection != Collection::SECRETS
}
