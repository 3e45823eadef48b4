//! The values of each slot, which are needed to update the bitmaps when a document moves.

use super::interned::ValueId;
use std::collections::HashMap;

/// Padding of rows with fewer values.
const NONE: ValueId = ValueId::MAX;

/// Rows of fixed width by slot, with an overflow table for longer ones.
pub(super) struct Rows {
    width: usize,
    cells: Vec<ValueId>,
    overflow: HashMap<u32, Box<[ValueId]>>,
}

impl Rows {
    /// Rows with room for `width` values before they overflow.
    pub(super) fn new(width: usize) -> Self {
        Self { width, cells: Vec::new(), overflow: HashMap::new() }
    }

    /// The values of a slot.
    pub(super) fn get(&self, slot: u32) -> impl Iterator<Item = ValueId> + Clone {
        let start = slot as usize * self.width;
        let row = self.cells.get(start..start + self.width);
        let row = row.unwrap_or_default();
        let full = row.last().is_none_or(|&id| id != NONE);
        let overflow = (full && !self.overflow.is_empty()).then(|| self.overflow.get(&slot)).flatten();
        let inline = row.iter().copied().take_while(|&id| id != NONE);
        inline.chain(overflow.into_iter().flatten().copied())
    }

    /// Replaces the values of a slot.
    pub(super) fn set(&mut self, slot: u32, ids: &[ValueId]) {
        let start = slot as usize * self.width;
        let end = start + self.width;
        if self.cells.len() < end {
            self.cells.resize(end, NONE);
        }
        let (inline, rest) = ids.split_at(ids.len().min(self.width));
        self.cells[start..end].fill(NONE);
        self.cells[start..start + inline.len()].copy_from_slice(inline);
        if !rest.is_empty() {
            self.overflow.insert(slot, rest.into());
        } else if !self.overflow.is_empty() {
            self.overflow.remove(&slot);
        }
    }

    /// Releases spare memory.
    pub(super) fn shrink(&mut self) {
        self.cells.shrink_to_fit();
    }
}
