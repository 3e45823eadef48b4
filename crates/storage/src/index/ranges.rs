//! The documents with a number in a range.

use std::ops::RangeInclusive;

use roaring::RoaringBitmap;

use super::bounds::{ColumnNumbers, around};
use super::cells::BLOCK;
use super::order::Order;

/// So few candidates are examined one by one.
const FEW: u64 = if cfg!(test) { 1 << 4 } else { 1 << 11 };

impl Order {
    /// The candidates, which have a number each, with a number in a range.
    pub(super) fn in_range(
        &self,
        among: &RoaringBitmap,
        column: usize,
        numbers: &impl ColumnNumbers,
        range: &RangeInclusive<i64>,
    ) -> RoaringBitmap {
        let scan = |positions: RangeInclusive<u32>| {
            let entries = self.entries_at(among.range(positions));
            entries.filter(|(_, slot)| numbers.any_in(*slot, range)).map(|(position, _)| position)
        };
        if among.len() < FEW {
            return RoaringBitmap::from_sorted_iter(scan(0..=u32::MAX)).unwrap_or_default();
        }
        let mut found = RoaringBitmap::new();
        for chunk in self.chunks() {
            // The blocks that are inside are put in together, as far as they follow each other.
            let mut inside = 0..0;
            for block in chunk.first() / BLOCK..=chunk.last() / BLOCK {
                let cells = block * BLOCK..(block + 1) * BLOCK;
                let slots = || cells.clone().filter_map(|cell| chunk.get(cell));
                let limits = || around(slots().filter_map(|slot| numbers.limits(slot)));
                let [least, greatest] = chunk.bounds.get(column, block, limits);
                if least > greatest || greatest < *range.start() || least > *range.end() {
                    continue;
                }
                if range.contains(&least) && range.contains(&greatest) {
                    if inside.end != cells.start {
                        insert(&mut found, inside, |cell| chunk.position(cell));
                        inside = cells.start..cells.start;
                    }
                    inside.end = cells.end;
                } else {
                    found.extend(scan(chunk.position(cells.start)..=chunk.position(cells.end - 1)));
                }
            }
            insert(&mut found, inside, |cell| chunk.position(cell));
        }
        found &= among;
        found
    }
}

/// Inserts the positions of cells.
fn insert(found: &mut RoaringBitmap, cells: std::ops::Range<usize>, position: impl Fn(usize) -> u32) {
    if !cells.is_empty() {
        found.insert_range(position(cells.start)..=position(cells.end - 1));
    }
}
