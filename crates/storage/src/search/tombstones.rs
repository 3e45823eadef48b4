//! Tombstones: records of deletions, for those who wait for changes.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tributary_domain::{Collection, FilteredValues};

use super::action::{BulkAction, BulkChange};
use super::call::Call;
use super::clock::now;
use super::indices::{Index, Prepared};
use crate::{LastValues, StoreError, Version};

/// How long tombstones are kept.
pub(super) const RETENTION: Duration = Duration::from_hours(24);

/// A tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tombstone {
    /// The name of the collection.
    pub(super) collection: String,
    pub(super) id: String,
    /// In milliseconds since 1970.
    pub(super) deleted_at: u64,
    /// Unknown where the document had another version than the deletion expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<LastVersion>,
}

/// The version of a document that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastVersion {
    sequence: u64,
    term: u64,
    /// What it was found by; unknown if that is too long.
    values: Option<FilteredValues>,
}

impl Call {
    /// The tombstones for those of the changes that delete documents of a collection, in the places of the changes.
    pub(super) async fn tombstones(
        &self,
        index: &Index,
        actions: &[BulkAction],
    ) -> Result<Vec<Option<BulkAction>>, StoreError> {
        let deletions = actions.iter().filter_map(|action| Some((action.id.as_str(), expected(action)?)));
        let deletions: HashMap<&str, Version> = deletions.collect();
        if deletions.is_empty() || self.prepared.index(index.collection).is_err() {
            return Ok(vec![None; actions.len()]);
        }
        let ids: Vec<&str> = deletions.keys().copied().collect();
        let found = self.get_many(index, &ids).await?;
        let mut last: HashMap<String, LastVersion> = found
            .into_iter()
            .filter(|found| deletions.get(found.id.as_str()) == Some(&found.version))
            .map(|found| {
                let Version { sequence, term } = found.version;
                let values = LastValues::of(index.collection, &found.source).and_then(|values| values.read());
                (found.id, LastVersion { sequence, term, values })
            })
            .collect();
        let tombstone = |action: &BulkAction| {
            expected(action)?;
            Some(self.prepared.tombstone(index.collection, &action.id, last.remove(&action.id)))
        };
        Ok(actions.iter().map(tombstone).collect())
    }
}

/// The version that a deletion expects; none for other changes.
fn expected(action: &BulkAction) -> Option<Version> {
    if let BulkChange::Delete(expected) = action.change { Some(expected) } else { None }
}

impl Prepared {
    fn tombstone(&self, collection: Collection, id: &str, last: Option<LastVersion>) -> BulkAction {
        let collection = collection.name.to_owned();
        let source = json!(Tombstone { collection, id: id.to_owned(), deleted_at: now(), last });
        let alias = self.tombstones.alias.clone();
        BulkAction { id: String::new(), change: BulkChange::Tombstone { alias, source: source.to_string() } }
    }
}

impl Tombstone {
    /// The collection, if it is one of these.
    pub(super) fn collection_of(&self, prepared: &Prepared) -> Option<Collection> {
        prepared.indices.iter().map(|index| index.collection).find(|known| known.name == self.collection)
    }

    /// Whether it is of a later version of the same document than another one, as far as these are known.
    pub(super) fn is_later_than(&self, other: &Self) -> bool {
        let version = |tombstone: &Self| tombstone.last.as_ref().map(|last| (last.term, last.sequence));
        version(self) > version(other)
    }

    /// What its document was found by.
    pub(super) fn into_values(self) -> Option<LastValues> {
        Some(LastValues::new(self.last?.values?.to_json()))
    }
}
