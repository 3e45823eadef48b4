//! The documents that match a query.

use std::borrow::Cow;
use std::ops::Range;

use roaring::RoaringBitmap;

/// All positions.
pub(super) const EVERYWHERE: Range<u32> = 0..u32::MAX;

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

/// What two ranges have in common.
pub(super) fn intersection(left: &Range<u32>, right: &Range<u32>) -> Range<u32> {
    let start = left.start.max(right.start);
    start..left.end.min(right.end).max(start)
}
