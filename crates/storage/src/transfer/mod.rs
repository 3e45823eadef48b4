//! Moving everything that one store holds into another, and to and from lines of JSON.
//!
//! [`copy()`] goes from store to store, [`export()`] and [`import()`] to and from a stream of bytes. All
//! of them hold a few portions in memory at a time, and none of them changes or removes a document
//! that is there already. What became of it is a [`Report`], which says whether both sides hold the
//! same afterwards.

mod arrival;
mod copy;
mod digest;
mod error;
mod export;
mod import;
mod patience;
mod place;
mod progress;
mod report;
mod target;
mod write;

pub use copy::copy;
pub use digest::{Digest, Tally};
pub use error::TransferError;
pub use export::{Exported, export};
pub use import::{Complaint, Imported, import};
pub use progress::{Observer, Progress, Stage};
pub use report::{LeftOut, Part, Reason, Report, Verdict};
pub use target::Onto;

use crate::Collection;

/// The collections in the order in which they are moved.
pub const COLLECTIONS: [Collection; 3] = Collection::ALL;

/// Something of each collection, in the order of [`COLLECTIONS`].
type OfEach<T> = [T; COLLECTIONS.len()];
