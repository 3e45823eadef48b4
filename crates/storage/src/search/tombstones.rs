//! Tombstones: records of deletions, for those who wait for changes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tributary_domain::Collection;

use super::action::{BulkAction, BulkChange};
use super::clock::now;
use super::indices::{Index, Prepared};

/// How long tombstones are kept.
pub(super) const RETENTION: Duration = Duration::from_hours(24);

/// A tombstone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Tombstone {
    /// The name of the collection.
    pub(super) collection: String,
    pub(super) id: String,
    /// In milliseconds since 1970.
    pub(super) deleted_at: u64,
}

/// The tombstone for a change that deletes a document of a collection.
pub(super) fn tombstone(prepared: &Prepared, index: &Index, action: &BulkAction) -> Option<BulkAction> {
    let collection = index.collection;
    if !matches!(action.change, BulkChange::Delete(_)) || prepared.index(collection).is_err() {
        return None;
    }
    let source =
        json!(Tombstone { collection: collection.name.to_owned(), id: action.id.clone(), deleted_at: now() });
    let alias = prepared.tombstones.alias.clone();
    Some(BulkAction {
        id: String::new(),
        change: BulkChange::Tombstone { alias, source: source.to_string() },
    })
}

impl Tombstone {
    /// The collection, if it is one of these.
    pub(super) fn collection_of(&self, prepared: &Prepared) -> Option<Collection> {
        prepared.indices.iter().map(|index| index.collection).find(|known| known.name == self.collection)
    }
}
