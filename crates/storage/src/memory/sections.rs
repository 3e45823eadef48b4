//! The parts of an order that a page is read from.

use std::ops::Range;

use tributary_domain::{MissingValues, Order, SortOrder};

use super::matches::intersection;
use crate::index::OrderKey;

/// Ranges of positions, one after the other, each read in the same direction.
pub(super) struct Sections {
    pub(super) ranges: [Range<u32>; 2],
    pub(super) is_ascending: bool,
}

impl Sections {
    /// The sections after a key, or all. Positions ascend with numbers and ids; documents without a value have
    /// `i64::MAX`. `ends` are the first position that may have a key that is not below a key, and the first that may have
    /// one above it.
    pub(super) fn new(
        order: Order,
        after: Option<OrderKey<'_>>,
        ends: impl Fn(OrderKey<'_>) -> [u32; 2],
    ) -> Self {
        let is_ascending = order.direction == SortOrder::Ascending;
        let ranges = match (is_ascending, order.missing) {
            (true, _) => [after.map_or(0, |key| ends(key)[1])..u32::MAX, 0..0],
            (false, MissingValues::Greatest) => [0..after.map_or(u32::MAX, |key| ends(key)[0]), 0..0],
            (false, MissingValues::Last) => {
                let missing = ends(OrderKey { number: i64::MAX, word: "", id: "" })[0];
                match after {
                    None => [0..missing, missing..u32::MAX],
                    Some(key) if key.number == i64::MAX => [0..0, missing..ends(key)[0].max(missing)],
                    Some(key) => [0..ends(key)[0], missing..u32::MAX],
                }
            }
        };
        Self { ranges, is_ascending }
    }

    /// The same sections as far as they are in a range of positions.
    pub(super) fn within(self, positions: &Range<u32>) -> Self {
        Self { ranges: self.ranges.map(|range| intersection(&range, positions)), ..self }
    }
}
