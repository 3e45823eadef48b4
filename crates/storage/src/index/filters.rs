//! Evaluation of filters.

use super::interned::ValueId;
use super::key::{Field, Filter};
use super::values::Values;
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use itertools::Itertools;
use roaring::{MultiOps, RoaringBitmap};
use std::borrow::Cow;

/// The ratio below which a filter's matches count as few.
const FEW: u64 = 16;
/// So many positions are united one bitmap after the other: uniting many bitmaps at once makes large
/// ones of small ones first.
const FEW_TO_UNITE: u64 = 1 << 14;

/// The bitmaps of the allowed values of a filter, or of two filters together, of which a position needs
/// to be in one.
struct AnyOf<'a> {
    /// The filters that it stands for, by their numbers.
    filters: Vec<usize>,
    bitmaps: Vec<&'a RoaringBitmap>,
    most: u64,
}

impl Values {
    /// The bitmaps of the other values of a field, if other values are fewer than these.
    pub(super) fn others(&self, field: Field, texts: &[String]) -> Option<Vec<&RoaringBitmap>> {
        let wanted: HashSet<ValueId, RandomState> =
            texts.iter().filter_map(|text| self.id(field, text)).collect();
        let count = self.count(field) - wanted.len();
        if count >= wanted.len() {
            return None;
        }
        // Where there are none, no value is looked at.
        let others = self.of_field(field).filter(|(_, id, _)| !wanted.contains(id));
        Some(others.take(count).map(|(_, _, bitmap)| bitmap).collect())
    }

    /// The positions that pass every filter.
    pub(super) fn matching(&self, filters: &[Filter<'_>]) -> Cow<'_, RoaringBitmap> {
        let single = filters.iter().enumerate();
        let mut any_of: Vec<AnyOf<'_>> =
            single.map(|(number, filter)| AnyOf::new(self, number, filter)).collect();
        any_of.extend(self.pairs().filter_map(|pair| AnyOf::both(self, pair, filters)));
        // Ascending by size, which keeps intermediate results small.
        any_of.sort_by_key(|any_of| any_of.most);
        let mut seen: Vec<usize> = Vec::with_capacity(filters.len());
        any_of.retain(|any_of| {
            let is_new = any_of.filters.iter().any(|filter| !seen.contains(filter));
            seen.extend(&any_of.filters);
            is_new
        });
        let mut any_of = any_of.into_iter();
        let Some(smallest) = any_of.next() else {
            return Cow::Borrowed(self.all());
        };
        let mut matching = smallest.union();
        for filter in any_of {
            if matching.is_empty() {
                break;
            }
            matching = Cow::Owned(filter.intersection(&matching));
        }
        matching
    }
}

impl<'a> AnyOf<'a> {
    fn new(values: &'a Values, number: usize, &(field, allowed): &Filter<'_>) -> Self {
        let allowed = allowed.iter().unique();
        Self::of(vec![number], allowed.filter_map(|text| values.bitmap(field, text)).collect())
    }

    /// The filters on two fields as one, if there is one on each, and if that saves work: to unite large
    /// bitmaps takes longer than to look for what one has of another.
    fn both(values: &'a Values, fields: [Field; 2], filters: &[Filter<'_>]) -> Option<Self> {
        let on =
            |field| filters.iter().enumerate().filter(move |(_, (of, _))| *of == field).exactly_one().ok();
        let [(first, (_, left)), (second, (_, right))] = [on(fields[0])?, on(fields[1])?];
        let both = left.iter().unique().cartesian_product(right.iter().unique());
        let both = both.map(|(left, right)| [(fields[0], *left), (fields[1], *right)]);
        let bitmaps = both.filter_map(|both| values.bitmap_of_both(both));
        let both = Self::of(vec![first, second], bitmaps.collect());
        (both.bitmaps.len() < 2 || both.most < FEW_TO_UNITE).then_some(both)
    }

    fn of(filters: Vec<usize>, bitmaps: Vec<&'a RoaringBitmap>) -> Self {
        let most = bitmaps.iter().map(|bitmap| bitmap.len()).sum();
        Self { filters, bitmaps, most }
    }

    fn union(self) -> Cow<'a, RoaringBitmap> {
        match *self.bitmaps {
            [] => Cow::Owned(RoaringBitmap::new()),
            [only] => Cow::Borrowed(only),
            [first, ref rest @ ..] if self.most < FEW_TO_UNITE => {
                Cow::Owned(rest.iter().fold(first.clone(), |united, bitmap| united | *bitmap))
            }
            _ => Cow::Owned(self.bitmaps.union()),
        }
    }

    fn intersection(&self, matching: &RoaringBitmap) -> RoaringBitmap {
        match *self.bitmaps {
            [only] => matching & only,
            // Few positions are found in each large bitmap sooner than those are united, and so are any in
            // small ones.
            _ if matching.len() < self.most / FEW || self.most < FEW_TO_UNITE => {
                // One after the other: a union of many at once makes large bitmaps of small ones.
                let found = self.bitmaps.iter().map(|&bitmap| matching & bitmap);
                found.reduce(|left, right| left | right).unwrap_or_default()
            }
            _ => matching & self.bitmaps.iter().copied().union(),
        }
    }
}
