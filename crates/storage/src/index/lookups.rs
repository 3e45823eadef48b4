//! What is at positions of the order, and where keys are.

use std::ops::Range;

use super::cells::CELLS;
use super::chunk::{self, Chunk};
use super::key::{Keys, OrderKey};
use super::order::Order;

impl Order {
    /// Positions that are taken, with the slots there; fastest when neighbours come after each other.
    pub(super) fn entries_at(
        &self,
        positions: impl Iterator<Item = u32>,
    ) -> impl Iterator<Item = (u32, u32)> {
        let mut recent = 0;
        positions.filter_map(move |position| {
            let (label, cell) = chunk::label_and_cell(position);
            if self.chunks().get(recent).is_none_or(|c| c.label != label) {
                recent = self.chunk_of(label)?;
            }
            Some((position, self.chunks()[recent].get(cell)?))
        })
    }

    /// The first position that may have a key that is not below `key`, and the first that may have one above it.
    pub(super) fn ends(&self, key: OrderKey<'_>, keys: &impl Keys) -> [u32; 2] {
        if self.chunks().is_empty() {
            return [0, 0];
        }
        let (index, before, after) = self.gap(key, keys);
        let chunk = &self.chunks()[index];
        let below = before.map_or_else(|| chunk.position(0), |cell| chunk.position(cell) + 1);
        // Where nothing of this chunk comes after, the next one begins with what does.
        let next = self.chunks().get(index + 1).map(|next| (next, next.first()));
        let following = after.map(|cell| (chunk, cell)).or(next);
        let is_same =
            |(chunk, cell): &(&Chunk, usize)| chunk.get(*cell).is_some_and(|slot| keys.key(slot) == key);
        [below, following.filter(is_same).map_or(below, |(chunk, cell)| chunk.position(cell) + 1)]
    }

    /// Makes room for a document's numbers in the bounds of its block.
    pub(super) fn widen(&self, slot: u32, column: usize, limits: [i64; 2]) {
        let place = self.position(slot).map(chunk::label_and_cell);
        if let Some((label, cell)) = place
            && let Some(index) = self.chunk_of(label)
        {
            self.chunks()[index].bounds.widen(column, cell, limits);
        }
    }

    /// The slots at these positions, in order.
    pub(super) fn slots_in(&self, positions: Range<u32>) -> impl DoubleEndedIterator<Item = u32> {
        let (first, last) = (positions.start, positions.end.saturating_sub(1));
        let start = self.chunks().partition_point(|chunk| chunk.position(CELLS - 1) < first);
        let end = self.chunks().partition_point(|chunk| chunk.position(0) <= last);
        let chunks = self.chunks().get(start..end).filter(|_| !positions.is_empty()).unwrap_or_default();
        chunks.iter().flat_map(move |chunk| chunk.slots_in(first, last))
    }
}
