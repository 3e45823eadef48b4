//! The numbers of all documents that match a query, read from the columns in portions, so that no lock is held for long.

use std::future::ready;
use std::sync::RwLockReadGuard;

use futures_util::stream::{self, BoxStream};
use tributary_domain::{Document, Query, check_numbers};

use super::catalog::Catalog;
use super::column::Column;
use super::indexed::Indexed;
use crate::{Numbers, StoreError};

/// How many documents are read in one step.
const PORTION: usize = 8_192;

/// The documents that matched at the start, as far as they are not read yet.
struct Matches {
    slots: Vec<u32>,
    /// The sequence number of the first change that they may not have had.
    changed_from: u64,
}

/// The numbers of the documents that match a query, from a catalog that may change between two steps.
pub(crate) fn numbers<'a>(
    catalog: impl Fn() -> Result<RwLockReadGuard<'a, Catalog>, StoreError> + Send + 'a,
    query: &Query,
    fields: &[&'static str],
) -> BoxStream<'a, Result<Numbers, StoreError>> {
    let (query, fields) = (query.clone(), fields.to_vec());
    let step = move |matches: Option<Matches>| -> Result<_, StoreError> {
        let catalog = catalog()?;
        let indexed = catalog.indexed(query.collection)?;
        let mut matches = if let Some(matches) = matches {
            matches
        } else {
            query.check()?;
            check_numbers(query.collection, &fields)?;
            Matches { slots: indexed.matching_slots(&query), changed_from: catalog.next_sequence() }
        };
        if matches.slots.is_empty() {
            return Ok(None);
        }
        let rest = matches.slots.len().saturating_sub(PORTION);
        let portion = matches.slots.split_off(rest);
        Ok(Some((indexed.numbers(&query, &fields, &portion, matches.changed_from), Some(matches))))
    };
    Box::pin(stream::try_unfold(None, move |matches| ready(step(matches))))
}

impl Indexed {
    fn matching_slots(&self, query: &Query) -> Vec<u32> {
        let matching = self.matching(&query.conditions);
        self.index.entries_at(matching.iter()).map(|(_, slot)| slot).collect()
    }

    /// The least numbers of the documents in these slots, of which all matched before the change `changed_from`.
    fn numbers(&self, query: &Query, fields: &[&'static str], slots: &[u32], changed_from: u64) -> Numbers {
        let column = |path: &&'static str| Some(&self.number_field(path)?.1.column);
        let columns: Vec<Option<&Column>> = fields.iter().map(column).collect();
        let mut numbers = Numbers::new(fields.len());
        for slot in slots {
            if self.slots.sequence(*slot) < changed_from || self.matches_still(query, *slot) {
                numbers.push(columns.iter().map(|column| column.and_then(|column| column.least(*slot))));
            }
        }
        numbers
    }

    /// Whether the document in a slot that was changed matches; it may be gone, or another one.
    fn matches_still(&self, query: &Query, slot: u32) -> bool {
        let text = self.slots.arena.document(slot).and_then(|text| std::str::from_utf8(text).ok());
        text.and_then(|text| Document::parse(text).ok())
            .is_some_and(|document| query.matches(self.slots.id(slot), &document))
    }
}
