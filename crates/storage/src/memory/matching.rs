//! Which documents of a collection match the conditions of a query.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use roaring::RoaringBitmap;
use tributary_domain::Condition;
use wildmatch::WildMatch;

use super::indexed::{Indexed, field_number};
use super::matches::{EVERYWHERE, MatchingPositions, intersection};
use super::number_field::NumberField;
use super::operation::{FieldNumber, MISSING, PRESENT, SEVERAL, kept_mark};
use crate::index::{Field, OrderKey};

/// For so many words of a field, it is tried whether the documents with none of them are found sooner.
const MANY: usize = if cfg!(test) { 4 } else { 32 };

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
        let bitmap = self.recent_matches.get_or_compute(conditions, || self.bitmap(&others));
        MatchingPositions { bitmap, positions }
    }

    /// The positions of the documents with a value in a range of the collection's own order, if this is such a condition
    /// and each document stands where its only value is.
    fn in_order(&self, condition: &Condition) -> Option<Range<u32>> {
        let Condition::Range { field, from, before } = condition else { return None };
        let (_, NumberField { column, .. }) = self.number_field(field)?;
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
        let (mut outside, mut inside, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for condition in conditions {
            if let Some(filter) = self.filter(condition) {
                words.push(filter);
            } else if let Some(without) = self.without_any(condition) {
                outside.push(without);
            } else if let Condition::Not(negated) = condition
                && let Some(without) = self.without_any(negated)
            {
                inside.push(without);
            } else {
                others.push(condition);
            }
        }
        let filters: Vec<(Field, &[&str])> = words.iter().map(|(field, words)| (*field, &**words)).collect();
        let mut matching = self.index.matching(&filters);
        for positions in inside {
            matching = Cow::Owned(positions & &*matching);
        }
        for positions in outside.into_iter().filter(|positions| !positions.is_empty()) {
            matching = Cow::Owned(&*matching - positions);
        }
        // Each condition is evaluated only on the matches of those before.
        others
            .into_iter()
            .fold(matching, |matching, condition| Cow::Owned(self.restrict(&matching, condition)))
    }

    /// A condition as a filter by words, if it is one; fields with a value and without one are marked by words, too.
    fn filter<'c>(&self, condition: &'c Condition) -> Option<(Field, Vec<&'c str>)> {
        match condition {
            Condition::AnyOf { field, words } if words.len() < MANY => {
                Some((self.index_field(field), words.iter().map(String::as_str).collect()))
            }
            Condition::Exists { field } if self.mark(field) == Some(PRESENT) => {
                Some((Field(PRESENT), vec![*field]))
            }
            Condition::Not(negated) => match **negated {
                Condition::Exists { field } if self.mark(field) == Some(MISSING) => {
                    Some((Field(MISSING), vec![field]))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The documents that have none of many words, if they are found sooner than those that have one.
    fn without_any(&self, condition: &Condition) -> Option<RoaringBitmap> {
        let Condition::AnyOf { field, words } = condition else { return None };
        let has_several = self.index.value(Field(SEVERAL), field).is_some();
        if words.len() < MANY || has_several || self.mark(field) != Some(MISSING) {
            return None;
        }
        let others = self.index.other_values(self.index_field(field), words)?;
        Some(united(others.into_iter().chain(self.index.value(Field(MISSING), field))))
    }

    /// The candidates for which a condition holds.
    fn restrict(&self, among: &RoaringBitmap, condition: &Condition) -> RoaringBitmap {
        match condition {
            Condition::AnyOf { field, words } => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                among & &*self.index.matching(&[(self.index_field(field), &words)])
            }
            Condition::Ids(ids) => {
                let slots = ids.iter().filter_map(|id| self.slot(id));
                among & slots.filter_map(|slot| self.index.position(slot)).collect::<RoaringBitmap>()
            }
            Condition::Either(conditions) => {
                let found = conditions.iter().map(|condition| self.restrict(among, condition));
                found.reduce(|all, one| all | one).unwrap_or_default()
            }
            Condition::Not(condition) => among - self.restrict(among, condition),
            Condition::Range { field, from, before } => self.in_range(among, field, *from, *before),
            Condition::Exists { field } => self.with_value(among, field).into_owned(),
            Condition::Contains { fields, text } => self.with_word(among, fields, |word| word.contains(text)),
            Condition::Like { field, pattern } => {
                let pattern = WildMatch::new(pattern);
                self.with_word(among, &[field], |word| pattern.matches(word))
            }
            Condition::IdLike(pattern) => {
                let pattern = WildMatch::new(pattern);
                let found = self.index.entries_at(among.iter());
                let found = found.filter(|(_, slot)| pattern.matches(self.slots.id(*slot)));
                RoaringBitmap::from_sorted_iter(found.map(|(position, _)| position)).unwrap_or_default()
            }
        }
    }

    /// The candidates with a number in a range.
    fn in_range(
        &self,
        among: &RoaringBitmap,
        path: &str,
        from: Option<i64>,
        before: Option<i64>,
    ) -> RoaringBitmap {
        let Some((place, NumberField { column, .. })) = self.number_field(path) else {
            return RoaringBitmap::new();
        };
        let Some(range) = inclusive(from, before) else { return RoaringBitmap::new() };
        self.index.in_range(&self.with_value(among, path), place, column, &range)
    }

    /// The candidates with a value in a field.
    fn with_value<'a>(&'a self, among: &'a RoaringBitmap, path: &str) -> Cow<'a, RoaringBitmap> {
        let marked = |mark| self.index.value(Field(mark), path);
        match self.mark(path) {
            Some(PRESENT) => match marked(PRESENT) {
                Some(present) if among.len() == self.index.len() => Cow::Borrowed(present),
                Some(present) => Cow::Owned(among & present),
                None => Cow::default(),
            },
            Some(_) => marked(MISSING).map_or(Cow::Borrowed(among), |missing| Cow::Owned(among - missing)),
            None => Cow::default(),
        }
    }

    /// The candidates with a word that fits.
    fn with_word(
        &self,
        among: &RoaringBitmap,
        fields: &[&'static str],
        fits: impl Fn(&str) -> bool,
    ) -> RoaringBitmap {
        let fields = || fields.iter().map(|path| self.index_field(path));
        let words: usize = fields().map(|field| self.index.values_count(field)).sum();
        if among.len() < words as u64 {
            let is_found = |slot| fields().any(|field| self.index.values_of_slot(slot, field).any(&fits));
            let found = self.index.entries_at(among.iter()).filter(|(_, slot)| is_found(*slot));
            // Positions are ascending, as they have to be.
            return RoaringBitmap::from_sorted_iter(found.map(|(position, _)| position)).unwrap_or_default();
        }
        let words = fields().flat_map(|field| self.index.values_of(field));
        united(words.filter(|(word, _)| fits(word)).map(|(_, positions)| positions)) & among
    }

    /// A field of numbers or dates that queries use, and its place among these.
    pub(super) fn number_field(&self, path: &str) -> Option<(usize, &NumberField)> {
        let number = field_number(self.collection, path)?;
        self.numbers.iter().enumerate().find(|(_, field)| field.number == number)
    }

    /// The index of a field; an undeclared one has no words.
    pub(super) fn index_field(&self, path: &str) -> Field {
        Field(field_number(self.collection, path).unwrap_or(FieldNumber::MAX))
    }

    fn mark(&self, path: &str) -> Option<FieldNumber> {
        kept_mark(self.collection, self.collection.field(path)?)
    }
}

/// The numbers of a half-open range; `None` if there are none.
fn inclusive(from: Option<i64>, before: Option<i64>) -> Option<RangeInclusive<i64>> {
    let last = before.map_or(Some(i64::MAX), |before| before.checked_sub(1))?;
    Some(from.unwrap_or(i64::MIN)..=last)
}

/// All positions of some bitmaps, most of which are small.
fn united<'a>(bitmaps: impl Iterator<Item = &'a RoaringBitmap>) -> RoaringBitmap {
    bitmaps.fold(RoaringBitmap::new(), |mut all, one| {
        all |= one;
        all
    })
}
