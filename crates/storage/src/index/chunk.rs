//! A chunk of 65,536 cells, each empty or with a slot, with the slots in document order.

use super::bounds::ChunkBounds;
use super::cells::CELLS;
use super::key::{Keys, OrderKey};
use std::ops::Range;

/// Appends and bulk loads leave one cell in so many empty, for later insertions.
const RESERVE: usize = 16;
/// Documents of a chunk that was filled by appends or a bulk load.
pub(super) const FILLED: usize = CELLS / RESERVE * (RESERVE - 1);
/// The maximum distance of an empty cell that is used before a window is respaced.
const REACH: usize = if cfg!(test) { 4 } else { 64 };
/// The smallest window that is respaced.
const SMALLEST_WINDOW: usize = 2 * REACH;
/// Marks an empty cell.
const HOLE: u32 = u32::MAX;

/// A slot that moved from one position to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub slot: u32,
    pub from: u32,
    pub to: u32,
}

/// A chunk; see the module.
pub(super) struct Chunk {
    /// The upper 16 bits of the positions in this chunk.
    pub label: u16,
    /// The bounds of the numbers of its documents.
    pub bounds: ChunkBounds,
    cells: Box<[u32]>,
    len: usize,
    first: usize,
    last: usize,
}

impl Chunk {
    /// A chunk without slots.
    pub(super) fn new(label: u16) -> Self {
        let cells = vec![HOLE; CELLS].into_boxed_slice();
        Self { label, bounds: ChunkBounds::default(), cells, len: 0, first: 0, last: 0 }
    }

    /// A chunk with at most `FILLED` sorted slots, as after appends.
    pub(super) fn filled(label: u16, slots: &[u32]) -> Self {
        let mut chunk = Self::new(label);
        for (index, &slot) in slots.iter().enumerate() {
            chunk.put(index + index / (RESERVE - 1), slot);
        }
        chunk
    }

    /// A chunk with evenly spaced slots, which are given with their old positions.
    pub(super) fn spread(
        label: u16,
        slots: &[(u32, u32)],
        cells: Range<usize>,
        moves: &mut Vec<Move>,
    ) -> Self {
        let mut chunk = Self::new(label);
        for (index, &(from, slot)) in slots.iter().enumerate() {
            let cell = cells.start + index * cells.len() / slots.len();
            chunk.put(cell, slot);
            let to = chunk.position(cell);
            moves.push(Move { slot, from, to });
        }
        chunk
    }

    /// The position of a cell.
    pub(super) fn position(&self, cell: usize) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "cells end at 65,536")]
        let cell = cell as u16;
        u32::from(self.label) << 16 | u32::from(cell)
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The first occupied cell; meaningless in an empty chunk.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// The last occupied cell; meaningless in an empty chunk.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// The content of a cell.
    pub(super) fn get(&self, cell: usize) -> Option<u32> {
        self.cells.get(cell).copied().filter(|&slot| slot != HOLE)
    }

    /// The occupied positions with their slots, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, u32)> {
        let cells = self.cells.iter().copied().enumerate();
        let taken = cells.filter(|&(_, slot)| slot != HOLE);
        taken.map(|(cell, slot)| (self.position(cell), slot))
    }

    /// The slots from one position up to another, in order; positions outside the chunk stand for its ends.
    pub(super) fn slots_in(&self, first: u32, last: u32) -> impl DoubleEndedIterator<Item = u32> {
        let start = first.saturating_sub(self.position(0)) as usize;
        let end = (last.saturating_sub(self.position(0)) as usize + 1).min(CELLS);
        let cells = self.cells.get(start..end).unwrap_or_default();
        cells.iter().copied().filter(|&slot| slot != HOLE)
    }

    /// Fills an empty cell.
    pub(super) fn put(&mut self, cell: usize, slot: u32) {
        debug_assert_eq!(self.cells[cell], HOLE, "the cell is taken");
        self.first = if self.len == 0 { cell } else { self.first.min(cell) };
        self.last = if self.len == 0 { cell } else { self.last.max(cell) };
        self.len += 1;
        self.cells[cell] = slot;
    }

    /// Empties an occupied cell.
    pub(super) fn take(&mut self, cell: usize) {
        self.cells[cell] = HOLE;
        self.len -= 1;
        if cell == self.first {
            self.first = self.next_taken(cell..CELLS).unwrap_or(0);
        }
        if cell == self.last {
            self.last = self.last_taken(cell).unwrap_or(0);
        }
    }

    /// The last cell whose key is below `key` and the first whose key is not.
    pub(super) fn gap(&self, key: OrderKey<'_>, keys: &impl Keys) -> (Option<usize>, Option<usize>) {
        let (mut before, mut after) = (None, None);
        let (mut low, mut high) = (self.first, self.last + 1);
        while low < high {
            let middle = low.midpoint(high);
            match self.next_taken(middle..high) {
                Some(cell) if keys.is_below(self.cells[cell], key) => {
                    before = Some(cell);
                    low = cell + 1;
                }
                Some(cell) => {
                    after = Some(cell);
                    high = middle;
                }
                None => high = middle,
            }
        }
        (before, after)
    }

    /// Empties the cell at `after` or just before it by moving slots towards the nearest empty cell.
    pub(super) fn shift(&mut self, after: usize, moves: &mut Vec<Move>) -> Option<usize> {
        for distance in 0..REACH {
            let right = after + distance;
            if self.cells.get(right) == Some(&HOLE) {
                moves.extend((after..right).map(|cell| self.moved(cell, cell + 1)));
                self.cells.copy_within(after..right, after + 1);
                self.cells[after] = HOLE;
                self.bounds.forget(after..right + 1);
                if (after..right).contains(&self.last) {
                    self.last = right;
                }
                return Some(after);
            }
            if let Some(left) = after.checked_sub(distance + 1)
                && self.cells[left] == HOLE
            {
                moves.extend((left + 1..after).map(|cell| self.moved(cell, cell - 1)));
                self.cells.copy_within(left + 1..after, left);
                self.cells[after - 1] = HOLE;
                self.bounds.forget(left..after);
                if (left + 1..after).contains(&self.first) {
                    self.first = left;
                }
                return Some(after - 1);
            }
        }
        None
    }

    /// Respaces the smallest window around `after` that is not too full, with an empty cell for one more slot before the
    /// one at `after`; `None` if the whole chunk is too full.
    pub(super) fn space_out(&mut self, after: usize, moves: &mut Vec<Move>) -> Option<usize> {
        let mut size = SMALLEST_WINDOW;
        // A wider window must be emptier, so that a respacing pays for many inserts to come.
        let mut percent = 95;
        while size <= CELLS {
            let start = after.min(CELLS - 1) / size * size;
            let window = start..start + size;
            let taken = self.cells[window.clone()].iter().filter(|&&slot| slot != HOLE).count();
            if taken < size * percent / 100 {
                return Some(self.respace(window, taken, after, moves));
            }
            size *= 2;
            percent -= 2;
        }
        None
    }

    /// Respaces a window: half of the empty cells are distributed evenly, half are put around the new one, since inserts
    /// tend to continue there.
    fn respace(&mut self, window: Range<usize>, taken: usize, after: usize, moves: &mut Vec<Move>) -> usize {
        let holes = window.len() - taken - 1;
        let beside = holes / 4;
        let even = holes - 2 * beside;
        let place = |index: usize| window.start + index + (index + 1) * even / (taken + 2) + beside;
        let mut placed = Vec::with_capacity(taken);
        let mut new_index = 0;
        for cell in window.clone() {
            if self.cells[cell] == HOLE {
                continue;
            }
            let index = placed.len();
            let to = if cell < after {
                new_index = index + 1;
                place(index) - beside
            } else {
                place(index + 1) + beside
            };
            placed.push((self.cells[cell], to));
            if cell != to {
                moves.push(self.moved(cell, to));
            }
        }
        self.cells[window.clone()].fill(HOLE);
        self.bounds.forget(window.clone());
        for (slot, to) in placed {
            self.cells[to] = slot;
        }
        self.first = self.next_taken(0..CELLS).unwrap_or(0);
        self.last = self.last_taken(CELLS).unwrap_or(0);
        place(new_index)
    }

    fn moved(&self, from: usize, to: usize) -> Move {
        Move { slot: self.cells[from], from: self.position(from), to: self.position(to) }
    }

    fn last_taken(&self, end: usize) -> Option<usize> {
        self.cells[..end].iter().rposition(|&slot| slot != HOLE)
    }

    fn next_taken(&self, range: Range<usize>) -> Option<usize> {
        let start = range.start;
        let mut taken = self.cells[range].iter();
        taken.position(|&slot| slot != HOLE).map(|offset| start + offset)
    }
}

/// The label of a position's chunk and the cell there.
pub(super) fn label_and_cell(position: u32) -> (u16, usize) {
    #[expect(clippy::cast_possible_truncation, reason = "that is what is wanted")]
    let halves = ((position >> 16) as u16, position as u16);
    (halves.0, usize::from(halves.1))
}

/// The next cell after `cell` that appends may fill.
pub(super) fn cell_above(cell: usize) -> Option<usize> {
    let above = cell + 1;
    let above = above + usize::from(above % RESERVE == RESERVE - 1);
    (above < CELLS).then_some(above)
}

/// The next cell before `cell` that documents added at the front may fill.
pub(super) fn cell_below(cell: usize) -> Option<usize> {
    let below = cell.checked_sub(1)?;
    below.checked_sub(usize::from(below % RESERVE == RESERVE - 1))
}
