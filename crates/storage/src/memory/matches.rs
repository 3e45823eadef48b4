//! The documents that match a query.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use quick_cache::sync::Cache;
use roaring::RoaringBitmap;
use tributary_domain::Condition;

/// How many queries' matches are remembered.
const REMEMBERED: usize = 64;
/// Fewer matches are found as soon as they are remembered.
const FEW: u64 = if cfg!(test) { 4 } else { 1 << 12 };

/// All positions.
pub(super) const EVERYWHERE: Range<u32> = 0..u32::MAX;

/// The positions of the documents that match a query: those of a bitmap in a range, so that a range of the collection's
/// own order needs no bitmap of its own.
pub(super) struct MatchingPositions<'a> {
    pub(super) bitmap: Bitmap<'a>,
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
    pub(super) fn into_bitmap(self) -> Bitmap<'a> {
        if self.positions == EVERYWHERE {
            return self.bitmap;
        }
        let mut bitmap = RoaringBitmap::clone(&self.bitmap);
        bitmap.remove_range(..self.positions.start);
        bitmap.remove_range(self.positions.end..);
        Bitmap::Shared(Arc::new(bitmap))
    }
}

/// A bitmap of the index, or one that was computed.
pub(super) enum Bitmap<'a> {
    OfIndex(&'a RoaringBitmap),
    Shared(Arc<RoaringBitmap>),
}

impl Deref for Bitmap<'_> {
    type Target = RoaringBitmap;

    fn deref(&self) -> &RoaringBitmap {
        match self {
            Self::OfIndex(bitmap) => bitmap,
            Self::Shared(bitmap) => bitmap,
        }
    }
}

/// The computed matches of recent queries, until a document changes.
pub(super) struct RecentMatches(Cache<Vec<Condition>, Arc<RoaringBitmap>>);

impl Default for RecentMatches {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl RecentMatches {
    /// The matches of these conditions, computed if they are not remembered.
    pub(super) fn get_or_compute<'a>(
        &self,
        conditions: &[Condition],
        compute: impl FnOnce() -> Cow<'a, RoaringBitmap>,
    ) -> Bitmap<'a> {
        if let Some(known) = self.0.get(conditions) {
            return Bitmap::Shared(known);
        }
        match compute() {
            Cow::Borrowed(bitmap) => Bitmap::OfIndex(bitmap),
            Cow::Owned(bitmap) => {
                let bitmap = Arc::new(bitmap);
                if bitmap.len() >= FEW {
                    self.0.insert(conditions.to_vec(), Arc::clone(&bitmap));
                }
                Bitmap::Shared(bitmap)
            }
        }
    }

    /// Forgets all of them.
    pub(super) fn clear(&self) {
        if !self.0.is_empty() {
            self.0.clear();
        }
    }
}

/// What two ranges have in common.
pub(super) fn intersection(left: &Range<u32>, right: &Range<u32>) -> Range<u32> {
    let start = left.start.max(right.start);
    start..left.end.min(right.end).max(start)
}
