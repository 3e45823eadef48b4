//! Which positions pass a list of filters.

use super::Filter;
use super::values::Values;
use roaring::{MultiOps, RoaringBitmap};
use std::borrow::Cow;

/// One position in so many of a filter's is few.
const FEW: u64 = 16;

/// The bitmaps of one filter's allowed values, of which a position needs to be in one.
struct AnyOf<'a> {
    bitmaps: Vec<&'a RoaringBitmap>,
    most: u64,
}

impl Values {
    /// The positions that pass every filter.
    pub(super) fn matching(&self, filters: &[Filter<'_>]) -> Cow<'_, RoaringBitmap> {
        let mut any_of: Vec<AnyOf<'_>> = filters.iter().map(|f| AnyOf::new(self, f)).collect();
        // From the smallest up, so that no intermediate result is larger than it has to be.
        any_of.sort_by_key(|filter| filter.most);
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
    fn new(values: &'a Values, &(field, allowed): &Filter<'_>) -> Self {
        let mut allowed = allowed.to_vec();
        allowed.sort_unstable();
        allowed.dedup();
        let found = allowed.iter().filter_map(|text| values.bitmap(field, text));
        let bitmaps: Vec<&RoaringBitmap> = found.collect();
        let most = bitmaps.iter().map(|bitmap| bitmap.len()).sum();
        Self { bitmaps, most }
    }

    fn union(self) -> Cow<'a, RoaringBitmap> {
        match *self.bitmaps {
            [] => Cow::Owned(RoaringBitmap::new()),
            [only] => Cow::Borrowed(only),
            _ => Cow::Owned(self.bitmaps.union()),
        }
    }

    fn intersection(&self, matching: &RoaringBitmap) -> RoaringBitmap {
        match *self.bitmaps {
            [only] => matching & only,
            // Few positions are found in each large bitmap sooner than those are united.
            _ if matching.len() < self.most / FEW => {
                // One after the other: a union of many at once makes large bitmaps of small ones.
                let found = self.bitmaps.iter().map(|&bitmap| matching & bitmap);
                found.reduce(|left, right| left | right).unwrap_or_default()
            }
            _ => matching & self.bitmaps.iter().copied().union(),
        }
    }
}
