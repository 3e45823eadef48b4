//! A bitmap of positions for each value and each pair of values, updated with the documents' values and moves.

use super::chunk::Move;
use super::interned::{Interned, Together, ValueId};
use super::key::Field;
use super::order::Follower;
use super::rows::Rows;
use roaring::RoaringBitmap;

/// While a document has more pairs of values in two fields, the pairs are not used.
const MOST_PAIRS: usize = if cfg!(test) { 3 } else { 32 };

/// The bitmaps, and what is needed to find and to maintain them.
pub(super) struct Values {
    all: RoaringBitmap,
    /// The fields whose values are also kept by two.
    pairs: Box<[[Field; 2]]>,
    interned: Interned,
    /// By value id; the bitmap of an id that is free is empty.
    bitmaps: Vec<RoaringBitmap>,
    rows: Rows,
}

impl Values {
    /// No documents; for `values_per_slot` see the index.
    pub(super) fn new(values_per_slot: usize, pairs: &[[Field; 2]]) -> Self {
        Self {
            all: RoaringBitmap::new(),
            pairs: pairs.into(),
            interned: Interned::default(),
            bitmaps: Vec::new(),
            rows: Rows::new(values_per_slot + pairs.len()),
        }
    }

    /// The positions of all documents.
    pub(super) fn all(&self) -> &RoaringBitmap {
        &self.all
    }

    /// The positions of the documents with a value; `None` if there are none.
    pub(super) fn bitmap(&self, field: Field, text: &str) -> Option<&RoaringBitmap> {
        let id = self.interned.get(field, text)?;
        self.bitmaps.get(id as usize)
    }

    /// The number of a value, if any document has it.
    pub(super) fn id(&self, field: Field, text: &str) -> Option<ValueId> {
        self.interned.get(field, text)
    }

    /// How many values of a field there are.
    pub(super) fn count(&self, field: Field) -> usize {
        self.interned.count(field)
    }

    /// The values of a field, with their numbers and the positions of their documents.
    pub(super) fn of_field(&self, field: Field) -> impl Iterator<Item = (&str, ValueId, &RoaringBitmap)> {
        let values = self.interned.of_field(field);
        values.filter_map(|(text, id)| Some((text, id, self.bitmaps.get(id as usize)?)))
    }

    /// The values of a document in a field.
    pub(super) fn of_slot(&self, slot: u32, field: Field) -> impl Iterator<Item = &str> {
        let values = self.rows.get(slot).filter_map(|id| self.interned.value(id));
        values.filter(move |(of, _)| *of == field).map(|(_, text)| text)
    }

    /// The fields whose values are kept by two, as far as that holds for every document.
    pub(super) fn pairs(&self) -> impl Iterator<Item = [Field; 2]> {
        let pairs = self.pairs.iter().copied().enumerate();
        let is_crowded = |number| self.interned.get_together(Together::Crowded(number)).is_some();
        pairs.filter(move |(number, _)| !is_crowded(*number)).map(|(_, pair)| pair)
    }

    /// The positions of the documents with both values, of fields that are kept by two; `None` if there
    /// are none.
    pub(super) fn bitmap_of_both(&self, values: [(Field, &str); 2]) -> Option<&RoaringBitmap> {
        let [first, second] = values.map(|(field, text)| self.interned.get(field, text));
        let id = self.interned.get_together(Together::Values([first?, second?]))?;
        self.bitmaps.get(id as usize)
    }

    /// Adds a document at its position.
    pub(super) fn add<'a>(
        &mut self,
        slot: u32,
        position: u32,
        values: impl IntoIterator<Item = (Field, &'a str)>,
    ) {
        let ids = self.intern(values);
        self.all.insert(position);
        for &id in &ids {
            self.bitmaps[id as usize].insert(position);
        }
        self.rows.set(slot, &ids);
    }

    /// Removes a document from its position.
    pub(super) fn remove(&mut self, slot: u32, position: u32) {
        self.all.remove(position);
        self.change(slot, position, []);
    }

    /// Replaces a document's values without moving it.
    pub(super) fn change<'a>(
        &mut self,
        slot: u32,
        position: u32,
        values: impl IntoIterator<Item = (Field, &'a str)>,
    ) {
        // New values are numbered while old ones still hold theirs, so that no number changes hands.
        let new = self.intern(values);
        let old: Vec<ValueId> = self.rows.get(slot).collect();
        self.rows.set(slot, &new);
        for &id in new.iter().filter(|id| !old.contains(id)) {
            self.bitmaps[id as usize].insert(position);
        }
        for id in old.into_iter().filter(|id| !new.contains(id)) {
            self.bitmaps[id as usize].remove(position);
            self.release_if_unused(id);
        }
    }

    /// Sets a document's values for the next `rebuild`.
    pub(super) fn set_row(&mut self, slot: u32, values: Vec<(Field, ValueId)>) {
        let ids = self.with_pairs(values);
        self.rows.set(slot, &ids);
    }

    /// Builds all bitmaps anew from all positions and their slots: two parts, each in order.
    pub(super) fn rebuild(&mut self, placed: [impl Iterator<Item = (u32, u32)> + Send; 2]) {
        let (rows, values) = (&self.rows, self.bitmaps.len());
        let build = |placed| {
            let (mut all, mut bitmaps) = (RoaringBitmap::new(), vec![RoaringBitmap::new(); values]);
            for (position, slot) in placed {
                push(&mut all, position);
                for id in rows.get(slot) {
                    push(&mut bitmaps[id as usize], position);
                }
            }
            (all, bitmaps)
        };
        let [first, second] = placed;
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(move || build(first));
            let second = build(second);
            (first.join().expect("bitmaps can be built"), second)
        });
        (self.all, self.bitmaps) = first;
        self.all |= second.0;
        for (bitmap, other) in self.bitmaps.iter_mut().zip(second.1) {
            *bitmap |= other;
        }
        for id in (0..).take(self.bitmaps.len()) {
            self.release_if_unused(id);
        }
        self.rows.shrink();
    }

    /// The numbers of some values and of their pairs, each once.
    fn intern<'a>(&mut self, values: impl IntoIterator<Item = (Field, &'a str)>) -> Vec<ValueId> {
        let values = self.numbered(values);
        self.with_pairs(values)
    }

    /// The numbers of some values, in their order.
    pub(super) fn numbered<'a>(
        &mut self,
        values: impl IntoIterator<Item = (Field, &'a str)>,
    ) -> Vec<(Field, ValueId)> {
        let numbered = values.into_iter().map(|(field, text)| (field, self.interned.intern(field, text)));
        let numbered: Vec<(Field, ValueId)> = numbered.collect();
        self.make_room(numbered.iter().map(|(_, id)| *id));
        numbered
    }

    /// The numbers of a document's values, and those of their pairs, each once.
    fn with_pairs(&mut self, mut values: Vec<(Field, ValueId)>) -> Vec<ValueId> {
        values.sort_unstable();
        values.dedup();
        let mut ids: Vec<ValueId> = values.iter().map(|(_, id)| *id).collect();
        for (number, fields) in self.pairs.iter().enumerate() {
            let [first, second] = fields.map(|field| {
                let start = values.partition_point(|(of, _)| *of < field);
                &values[start..values.partition_point(|(of, _)| *of <= field)]
            });
            if first.len().saturating_mul(second.len()) > MOST_PAIRS {
                ids.push(self.interned.intern_together(Together::Crowded(number)));
                continue;
            }
            for (_, first) in first {
                for (_, second) in second {
                    ids.push(self.interned.intern_together(Together::Values([*first, *second])));
                }
            }
        }
        self.make_room(ids.iter().copied());
        ids
    }

    /// Sees to it that there is a bitmap for each of these.
    fn make_room(&mut self, ids: impl Iterator<Item = ValueId>) {
        let most = ids.max().map_or(0, |id| id as usize + 1);
        if self.bitmaps.len() < most {
            self.bitmaps.resize_with(most, RoaringBitmap::new);
        }
    }

    fn release_if_unused(&mut self, id: ValueId) {
        let bitmap = &mut self.bitmaps[id as usize];
        if bitmap.is_empty() {
            *bitmap = RoaringBitmap::new();
            self.interned.release(id);
        }
    }
}

impl Follower for Values {
    fn moved(&mut self, moves: &[Move]) {
        for one in moves {
            self.all.remove(one.from);
        }
        self.all.extend(moves.iter().map(|one| one.to));
        let (mut left, mut taken) = (Vec::new(), Vec::new());
        for one in moves {
            for id in self.rows.get(one.slot) {
                left.push((id, one.from));
                taken.push((id, one.to));
            }
        }
        left.sort_unstable();
        taken.sort_unstable();
        // Neighbours with the same value hand positions on to each other: those bits stay. All
        // removals come first, so that a container changes its form once at most each way.
        for (id, position) in only_in_first(&left, &taken) {
            self.bitmaps[id as usize].remove(position);
        }
        for (id, position) in only_in_first(&taken, &left) {
            self.bitmaps[id as usize].insert(position);
        }
    }

    fn relabelled(&mut self, labels: &[(u16, u16)]) {
        for bitmap in self.bitmaps.iter_mut().chain([&mut self.all]) {
            let mut labels = labels.iter().peekable();
            let mut relabelled = RoaringBitmap::new();
            for position in &*bitmap {
                let behind = |pair: &&(u16, u16)| u32::from(pair.0) < position >> 16;
                while labels.next_if(|pair| behind(pair)).is_some() {}
                if let Some(&&(_, label)) = labels.peek() {
                    push(&mut relabelled, u32::from(label) << 16 | position & 0xffff);
                }
            }
            *bitmap = relabelled;
        }
    }
}

/// Adds a position that is higher than all in the bitmap.
fn push(bitmap: &mut RoaringBitmap, position: u32) {
    let pushed = bitmap.try_push(position);
    debug_assert!(pushed.is_ok(), "positions come in order");
}

/// What is in the first of two sorted slices but not in the second.
fn only_in_first<'a, T: Ord + Copy>(first: &'a [T], second: &'a [T]) -> impl Iterator<Item = T> + 'a {
    let mut second = second.iter().peekable();
    first.iter().copied().filter(move |item| {
        while second.next_if(|other| *other < item).is_some() {}
        second.peek() != Some(&item)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_no_document_has_any_more_leave_nothing_behind() {
        let mut values = Values::new(1, &[[Field(0), Field(1)]]);
        values.add(0, 7, [(Field(0), "kept"), (Field(1), "first")]);
        for text in (0..100).map(|number| number.to_string()) {
            values.change(0, 7, [(Field(0), "kept"), (Field(1), &*text)]);
        }
        // Two values with their pair, and the two that came while the last ones were still there.
        assert_eq!(values.bitmaps.len(), 5);
        assert!(values.bitmap(Field(1), "98").is_none());
        assert!(values.bitmap_of_both([(Field(0), "kept"), (Field(1), "98")]).is_none());
        assert!(values.bitmap_of_both([(Field(0), "kept"), (Field(1), "99")]).is_some());
        values.remove(0, 7);
        assert!(values.bitmap(Field(0), "kept").is_none());
        assert!(values.bitmap_of_both([(Field(0), "kept"), (Field(1), "99")]).is_none());
    }

    #[test]
    fn pairs_are_left_alone_while_a_document_has_too_many() {
        let mut values = Values::new(1, &[[Field(0), Field(1)]]);
        values.add(0, 7, [(Field(0), "a"), (Field(0), "b"), (Field(1), "x"), (Field(1), "y")]);
        assert_eq!(values.pairs().count(), 0);
        values.change(0, 7, [(Field(0), "a"), (Field(0), "b"), (Field(1), "x")]);
        assert_eq!(values.pairs().count(), 1);
        assert_eq!(
            values.bitmap_of_both([(Field(0), "b"), (Field(1), "x")]).map(RoaringBitmap::len),
            Some(1)
        );
    }
}
