//! An in-memory bitmap index for filtered, ordered and counted pages.
//!
//! Every document has a *position*, a `u32` that increases in document order, and every filterable value has a bitmap of
//! positions. A filter is then a few intersections and unions, a count is a cardinality, and a deep page starts at a
//! rank instead of being skipped to.

mod bounds;
mod cells;
mod chunk;
mod filters;
mod interned;
mod key;
mod labels;
mod lookups;
mod order;
mod ranges;
mod rows;
mod slot_order;
#[cfg(test)]
mod tests;
mod values;

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use roaring::RoaringBitmap;

pub use bounds::ColumnNumbers;
pub use key::{Field, Filter, Keys, OrderKey};
use order::Order;
pub use slot_order::SlotOrder;
use values::Values;

/// The documents' order and their filterable values. A document is identified by its slot.
///
/// Slots are assigned by the caller and should be small and reused, since the index has tables as long as the highest
/// slot; `u32::MAX` is not allowed. The sort key of a slot may only change right before the slot is inserted again.
pub struct OrderedIndex {
    order: Order,
    values: Values,
}

impl OrderedIndex {
    /// An empty index. `values_per_slot` is the number of values that most documents have at most in all fields; documents
    /// with more take more memory.
    #[must_use]
    pub fn new(values_per_slot: usize) -> Self {
        Self::with_pairs(values_per_slot, &[])
    }

    /// Like `new`, with combined bitmaps for these pairs of fields, so that a filter on both is as fast as a filter on one.
    /// Costs one more value per document and pair.
    #[must_use]
    pub fn with_pairs(values_per_slot: usize, pairs: &[[Field; 2]]) -> Self {
        Self { order: Order::default(), values: Values::new(values_per_slot, pairs) }
    }

    /// The number of documents.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.values.all().len()
    }

    /// Whether there are no documents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.all().is_empty()
    }

    /// Adds a document, or replaces it if its slot is in use.
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

    /// Removes a document and returns whether it existed.
    pub fn remove(&mut self, slot: u32) -> bool {
        let Some(position) = self.order.position(slot) else {
            return false;
        };
        // Its bits are removed first, so that moves caused by the removal do not find them.
        self.values.remove(slot, position);
        self.order.remove(slot, &mut self.values);
        true
    }

    /// Replaces all values of a document in its position and returns whether it existed.
    ///
    /// Only the bitmaps of values that differ are changed.
    pub fn set_values<'a>(&mut self, slot: u32, values: impl IntoIterator<Item = (Field, &'a str)>) -> bool {
        let Some(position) = self.order.position(slot) else {
            return false;
        };
        self.values.change(slot, position, values);
        true
    }

    /// Bulk load: like `insert` for each document, but sorts once and rebuilds the index. The values of a document are
    /// given as indices into the vocabulary.
    ///
    /// Meant for start-up; takes time proportional to all documents, not only the new ones.
    ///
    /// # Panics
    /// If an index is not in the vocabulary.
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

    /// The positions of the documents that pass every filter. A filter without allowed values matches nothing.
    #[must_use]
    pub fn matching(&self, filters: &[Filter<'_>]) -> Cow<'_, RoaringBitmap> {
        self.values.matching(filters)
    }

    /// The positions of the documents with each value of a field.
    pub fn values_of(&self, field: Field) -> impl Iterator<Item = (&str, &RoaringBitmap)> {
        self.values.of_field(field).map(|(text, _, positions)| (text, positions))
    }

    /// The positions of the documents with a value; `None` if there are none.
    #[must_use]
    pub fn value(&self, field: Field, text: &str) -> Option<&RoaringBitmap> {
        self.values.bitmap(field, text)
    }

    /// How many values of a field there are.
    #[must_use]
    pub fn values_count(&self, field: Field) -> usize {
        self.values.count(field)
    }

    /// The positions of the documents with each other value of a field, if other values are fewer than these.
    #[must_use]
    pub fn other_values(&self, field: Field, texts: &[String]) -> Option<Vec<&RoaringBitmap>> {
        self.values.others(field, texts)
    }

    /// The candidates with a number of a column in a range. All candidates must have a number, and those of each document
    /// must have been given to [`widen`](Self::widen) since it was inserted or changed.
    #[must_use]
    pub fn in_range(
        &self,
        among: &RoaringBitmap,
        column: usize,
        numbers: &impl ColumnNumbers,
        range: &RangeInclusive<i64>,
    ) -> RoaringBitmap {
        self.order.in_range(among, column, numbers, range)
    }

    /// Notes the least and the greatest number of a document in a column.
    pub fn widen(&mut self, slot: u32, column: usize, limits: [i64; 2]) {
        self.order.widen(slot, column, limits);
    }

    /// The values of a document in a field, in no particular order.
    pub fn values_of_slot(&self, slot: u32, field: Field) -> impl Iterator<Item = &str> {
        self.values.of_slot(slot, field)
    }

    /// The slots of all documents, in order.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.order.entries().map(|(_, slot)| slot)
    }

    /// The positions with their slots.
    pub fn entries_at(&self, positions: impl Iterator<Item = u32>) -> impl Iterator<Item = (u32, u32)> {
        self.order.entries_at(positions)
    }

    /// The position of a document.
    #[must_use]
    pub fn position(&self, slot: u32) -> Option<u32> {
        self.order.position(slot)
    }

    /// The first position that may have a key that is not below a key, and the first that may have one above it; there
    /// need not be a document with this key.
    #[must_use]
    pub fn ends(&self, key: OrderKey<'_>, keys: &impl Keys) -> [u32; 2] {
        self.order.ends(key, keys)
    }

    /// The slots of `size` of these documents in a range of positions, in order, without the first `from`.
    #[must_use]
    pub fn page(&self, matching: &RoaringBitmap, positions: Range<u32>, from: u64, size: usize) -> Vec<u32> {
        let before = || matching.range_cardinality(..positions.start);
        // Without an offset no rank is needed.
        let first =
            if from == 0 { Some(positions.start) } else { select(matching, before().checked_add(from)) };
        match first {
            Some(first) if first < positions.end => {
                self.window(matching, matching.range(first..positions.end), size)
            }
            _ => Vec::new(),
        }
    }

    /// As `page`, in the opposite order: `from` and `size` count from the end.
    #[must_use]
    pub fn page_from_end(
        &self,
        matching: &RoaringBitmap,
        positions: Range<u32>,
        from: u64,
        size: usize,
    ) -> Vec<u32> {
        let rank = || matching.range_cardinality(..positions.end).checked_sub(from)?.checked_sub(1);
        let last = if from == 0 { positions.end.checked_sub(1) } else { select(matching, rank()) };
        match last {
            Some(last) if last >= positions.start => {
                self.window(matching, matching.range(positions.start..=last).rev(), size)
            }
            _ => Vec::new(),
        }
    }

    fn window(
        &self,
        matching: &RoaringBitmap,
        positions: impl Iterator<Item = u32>,
        size: usize,
    ) -> Vec<u32> {
        let positions = positions.take(size);
        let mut slots = Vec::with_capacity(size.min(usize::try_from(matching.len()).unwrap_or(size)));
        // No `collect`: it would query the size hint, which counts bits and takes longer than the page.
        for (_, slot) in self.order.entries_at(positions) {
            slots.push(slot);
        }
        slots
    }
}

/// The position with so many of these positions before it.
fn select(positions: &RoaringBitmap, rank: Option<u64>) -> Option<u32> {
    positions.select(u32::try_from(rank?).ok()?)
}
