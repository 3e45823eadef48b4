//! Which documents of a collection match the conditions of a query.

use std::borrow::Cow;
use std::ops::Range;

use roaring::RoaringBitmap;
use tributary_domain::{Condition, IndexedField};

use super::indexed::{Indexed, field_number};
use super::number_field::NumberField;
use super::operation::FieldNumber;
use crate::index::{Field, OrderKey};

/// All positions.
const EVERYWHERE: Range<u32> = 0..u32::MAX;

/// The positions of the documents that match a query: those of a bitmap in a range, so that a range of the collection's
/// own order needs no bitmap of its own.
pub(super) struct MatchingPositions<'a> {
    pub(super) bitmap: Cow<'a, RoaringBitmap>,
    pub(super) positions: Range<u32>,
}

impl<'a> MatchingPositions<'a> {
    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        if self.positions == EVERYWHERE {
            return self.bitmap.len();
        }
        self.bitmap.range_cardinality(self.positions.clone())
    }

    /// All positions, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.bitmap.range(self.positions.clone())
    }

    /// Whether a position matches.
    pub(super) fn contains(&self, position: u32) -> bool {
        self.positions.contains(&position) && self.bitmap.contains(position)
    }

    /// The bitmap of all matches alone.
    pub(super) fn into_bitmap(self) -> Cow<'a, RoaringBitmap> {
        if self.positions == EVERYWHERE {
            return self.bitmap;
        }
        let mut bitmap = self.bitmap.into_owned();
        bitmap.remove_range(..self.positions.start);
        bitmap.remove_range(self.positions.end..);
        Cow::Owned(bitmap)
    }
}

impl Indexed {
    /// The documents for which all conditions hold.
    pub(super) fn matching(&self, conditions: &[Condition]) -> MatchingPositions<'_> {
        let mut positions = EVERYWHERE;
        let mut others = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match self.in_order(condition) {
                Some(range) => positions = intersection(&positions, &range),
                None => others.push(condition),
            }
        }
        MatchingPositions { bitmap: self.bitmap(&others), positions }
    }

    /// The positions of the documents with a value in a range of the collection's own order, if this is such a condition
    /// and each document stands where its only value is.
    fn in_order(&self, condition: &Condition) -> Option<Range<u32>> {
        let Condition::Range { field, from, before } = condition else { return None };
        let column = &self.number_field(field)?.column;
        if self.collection.order != Some(*field) || !column.is_plain() {
            return None;
        }
        let start = |number| self.index.ends(OrderKey { number, word: "", id: "" }, &self.slots)[0];
        let end = start(before.unwrap_or(i64::MAX));
        Some(from.map_or(0, start)..end)
    }

    /// The positions of the documents for which all conditions hold.
    fn bitmap(&self, conditions: &[&Condition]) -> Cow<'_, RoaringBitmap> {
        let mut words: Vec<(Field, Vec<&str>)> = Vec::new();
        let mut others = Vec::new();
        for condition in conditions {
            match condition {
                Condition::AnyOf { field, words: wanted } => {
                    words.push((self.index_field(field), wanted.iter().map(String::as_str).collect()));
                }
                other => others.push(other),
            }
        }
        let filters: Vec<(Field, &[&str])> = words.iter().map(|(field, words)| (*field, &**words)).collect();
        let matching = self.index.matching(&filters);
        // Each condition is evaluated only on the matches of those before.
        others
            .into_iter()
            .fold(matching, |matching, condition| Cow::Owned(self.restrict(&matching, condition)))
    }

    /// The candidates for which a condition holds.
    fn restrict(&self, among: &RoaringBitmap, condition: &Condition) -> RoaringBitmap {
        match condition {
            Condition::AnyOf { .. } => among & &*self.bitmap(&[condition]),
            Condition::Not(condition) => among - self.restrict(among, condition),
            Condition::Range { field, from, before } => {
                self.having(among, field, |number| Condition::is_in_range(number, *from, *before))
            }
            Condition::Exists { field } => match self.collection.field(field) {
                Some(field) if field.is_numeric() => self.having(among, field.path, |_| true),
                Some(IndexedField { path, .. }) => among & self.with_word(path, |_| true),
                None => RoaringBitmap::new(),
            },
            Condition::Contains { fields, text } => {
                let with_text = fields.iter().map(|field| self.with_word(field, |word| word.contains(text)));
                among & with_text.fold(RoaringBitmap::new(), |all, one| all | one)
            }
        }
    }

    /// The candidates with a matching number.
    fn having(&self, among: &RoaringBitmap, path: &str, fits: impl Fn(i64) -> bool) -> RoaringBitmap {
        let Some(NumberField { column, .. }) = self.number_field(path) else { return RoaringBitmap::new() };
        let entries = self.index.entries_at(among.iter());
        let found = entries.filter(|(_, slot)| column.any(*slot, &fits)).map(|(position, _)| position);
        // Positions are ascending, as `append` requires.
        RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
    }

    /// All documents with a matching word.
    fn with_word(&self, path: &str, fits: impl Fn(&str) -> bool) -> RoaringBitmap {
        let words = self.index.values_of(self.index_field(path)).filter(|(word, _)| fits(word));
        words.fold(RoaringBitmap::new(), |all, (_, positions)| all | positions)
    }

    /// A field of numbers or dates that queries use.
    pub(super) fn number_field(&self, path: &str) -> Option<&NumberField> {
        let number = field_number(self.collection, path)?;
        self.numbers.iter().find(|field| field.number == number)
    }

    /// The index of a field; an undeclared one has no words.
    pub(super) fn index_field(&self, path: &str) -> Field {
        Field(field_number(self.collection, path).unwrap_or(FieldNumber::MAX))
    }
}

/// What two ranges have in common.
pub(super) fn intersection(left: &Range<u32>, right: &Range<u32>) -> Range<u32> {
    let start = left.start.max(right.start);
    start..left.end.min(right.end).max(start)
}
