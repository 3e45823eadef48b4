//! An in-memory index that answers filtered, ordered, counted pages without a scan.
//!
//! Every document has a *position*, a `u32` that grows in document order, and every value that a
//! filter can ask for has a bitmap of positions. A filter is then a few intersections and unions,
//! its count is a length, and a deep page is found by rank instead of by skipping entries.

mod chunk;
mod filters;
mod interned;
mod key;
mod labels;
mod order;
mod rows;
#[cfg(test)]
mod tests;
mod values;

use std::borrow::Cow;

use roaring::RoaringBitmap;

pub use key::{Field, Filter, Keys, OrderKey};
use order::Order;
use values::Values;

/// The documents' order and their filterable values; a document is known by its slot only.
///
/// A slot is the caller's handle: small, reused numbers keep the index small (its tables are as
/// long as the highest slot), and `u32::MAX` is not one. The sort key of a held slot may change only
/// right before that slot is inserted again, which places it anew.
pub struct OrderedIndex {
    order: Order,
    values: Values,
}

impl OrderedIndex {
    /// An empty index. `values_per_slot` is how many values most documents have over all fields:
    /// documents with more are held correctly but take more memory.
    #[must_use]
    pub fn new(values_per_slot: usize) -> Self {
        Self::with_pairs(values_per_slot, &[])
    }

    /// As `new`; for these pairs of fields it also keeps which documents have two values together, so
    /// that filters on both are answered as fast as one. Costs a value more for a document and pair.
    #[must_use]
    pub fn with_pairs(values_per_slot: usize, pairs: &[[Field; 2]]) -> Self {
        Self { order: Order::default(), values: Values::new(values_per_slot, pairs) }
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.values.all().len()
    }

    /// Whether there is no document.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.all().is_empty()
    }

    /// Adds a document, or places it anew if its slot is held already.
    pub fn insert<'a>(
        &mut self,
        slot: u32,
        keys: &impl Keys,
        values: impl IntoIterator<Item = (Field, &'a str)>,
    ) {
        self.remove(slot);
        let position = self.order.insert(slot, keys, &mut self.values);
        self.values.add(slot, position, values);
    }

    /// Takes a document out; says whether it was there.
    pub fn remove(&mut self, slot: u32) -> bool {
        let Some(position) = self.order.position(slot) else {
            return false;
        };
        // Its bits go first, so that moves caused by the removal find no trace of it.
        self.values.remove(slot, position);
        self.order.remove(slot, &mut self.values);
        true
    }

    /// Replaces all values of a document where it stands; says whether it was there.
    ///
    /// Only the bitmaps of values that differ are touched.
    pub fn set_values<'a>(&mut self, slot: u32, values: impl IntoIterator<Item = (Field, &'a str)>) -> bool {
        let Some(position) = self.order.position(slot) else {
            return false;
        };
        self.values.change(slot, position, values);
        true
    }

    /// Adds many documents at once, each as `insert` would: sorts once and lays everything out anew. The
    /// documents have the values at these places of the vocabulary.
    ///
    /// Meant for start-up; it takes time in proportion to all documents, not only to the new ones.
    ///
    /// # Panics
    /// If the vocabulary has no such place.
    pub fn load<'a, V>(
        &mut self,
        keys: &impl Keys,
        vocabulary: impl IntoIterator<Item = (Field, &'a str)>,
        documents: impl IntoIterator<Item = (u32, V)>,
    ) where
        V: IntoIterator<Item = usize>,
    {
        let vocabulary = self.values.numbered(vocabulary);
        let mut slots: Vec<u32> = self.order.entries().map(|(_, slot)| slot).collect();
        let mut listed: RoaringBitmap = slots.iter().collect();
        for (slot, places) in documents {
            self.values.set_row(slot, places.into_iter().map(|place| vocabulary[place]).collect());
            if listed.insert(slot) {
                slots.push(slot);
            }
        }
        order::sort(&mut slots, keys);
        self.order = Order::laid_out(&slots);
        self.values.rebuild(self.order.halves());
    }

    /// The positions of the documents that pass every filter. A field without an allowed value lets nothing pass.
    #[must_use]
    pub fn matching(&self, filters: &[Filter<'_>]) -> Cow<'_, RoaringBitmap> {
        self.values.matching(filters)
    }

    /// The positions of the documents with each value of a field.
    pub fn values_of(&self, field: Field) -> impl Iterator<Item = (&str, &RoaringBitmap)> {
        self.values.of_field(field)
    }

    /// The values of a document in a field, in no order that means anything.
    pub fn values_of_slot(&self, slot: u32, field: Field) -> impl Iterator<Item = &str> {
        self.values.of_slot(slot, field)
    }

    /// Positions of documents, each with its slot.
    pub fn entries_at(&self, positions: impl Iterator<Item = u32>) -> impl Iterator<Item = (u32, u32)> {
        self.order.entries_at(positions)
    }

    /// The slots of `size` of these documents in order, leaving out the first `from`.
    #[must_use]
    pub fn page(&self, matching: &RoaringBitmap, from: u64, size: usize) -> Vec<u32> {
        let first = u32::try_from(from).ok().and_then(|from| matching.select(from));
        first.map_or_else(Vec::new, |first| self.window(matching, matching.range(first..), size))
    }

    /// As `page`, in the opposite order: `from` and `size` count from the end.
    #[must_use]
    pub fn page_from_end(&self, matching: &RoaringBitmap, from: u64, size: usize) -> Vec<u32> {
        let rank = matching.len().checked_sub(from).and_then(|left| left.checked_sub(1));
        let first = rank.and_then(|rank| u32::try_from(rank).ok()).and_then(|rank| matching.select(rank));
        first.map_or_else(Vec::new, |first| self.window(matching, matching.range(..=first).rev(), size))
    }

    /// How many of these documents come before a key, and how many do not come after it: the key may be that of a
    /// document that is not there.
    #[must_use]
    pub fn ranks(&self, matching: &RoaringBitmap, key: OrderKey<'_>, keys: &impl Keys) -> [u64; 2] {
        self.order.ends(key, keys).map(|end| matching.range_cardinality(..end))
    }

    fn window(
        &self,
        matching: &RoaringBitmap,
        positions: impl Iterator<Item = u32>,
        size: usize,
    ) -> Vec<u32> {
        let positions = positions.take(size);
        let mut slots = Vec::with_capacity(size.min(usize::try_from(matching.len()).unwrap_or(size)));
        // Not collected: that asks how many positions there are, which counts bits for longer than a
        // page takes.
        for (_, slot) in self.order.entries_at(positions) {
            slots.push(slot);
        }
        slots
    }
}
