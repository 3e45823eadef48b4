//! Order maintenance: assigns positions in document order, for any order of insertion.
//!
//! The upper half of a position is the label of a chunk, the lower half a cell in it. Labels are sparse, so that a full
//! chunk is split by adding another beside it; cells are dense, with some empty ones for later insertions. Only a rare
//! renumbering of the labels touches all slots.

use super::cells::CELLS;
use super::chunk::{self, Chunk, FILLED, Move};
use super::key::{Keys, OrderKey};
use super::labels::{self, MOST_CHUNKS};
use std::ops::Range;

/// A slot without a position.
const ABSENT: u32 = u32::MAX;
/// A chunk with fewer slots is joined with a neighbour ...
const SPARSE: usize = CELLS / 4;
/// ... if both together have at most so many.
const JOINED: usize = CELLS / 2;
/// Where joined slots go: away from both ends, so that what is added there needs no new chunk soon.
const JOINED_CELLS: Range<usize> = CELLS / 8..CELLS / 8 * 7;

/// An observer of changed positions.
pub(super) trait Follower {
    /// Slots moved; it is common that a position is left by one slot and taken by another.
    fn moved(&mut self, moves: &[Move]);
    /// All chunks were relabelled; pairs of old and new labels, both ascending.
    fn relabelled(&mut self, labels: &[(u16, u16)]);
}

/// The order; see the module.
#[derive(Default)]
pub(super) struct Order {
    chunks: Vec<Chunk>,
    positions: Vec<u32>,
    latest: u32,
}

impl Order {
    /// An order of slots that are sorted already.
    pub(super) fn laid_out(slots: &[u32]) -> Self {
        let parts = slots.chunks(FILLED);
        let labels = labels::spaced_labels(parts.len());
        let chunks = labels.zip(parts);
        let chunks = chunks.map(|(label, part)| Chunk::filled(label, part));
        let mut order = Self { chunks: chunks.collect(), positions: Vec::new(), latest: ABSENT };
        let longest = slots.iter().max().map_or(0, |&slot| slot as usize + 1);
        order.positions.resize(longest, ABSENT);
        order.note_positions();
        order
    }

    /// The position of a slot.
    pub(super) fn position(&self, slot: u32) -> Option<u32> {
        let position = self.positions.get(slot as usize).copied();
        position.filter(|&position| position != ABSENT)
    }

    /// The chunks, in order; none is empty unless it is being filled.
    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// All positions with their slots, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, u32)> {
        self.chunks.iter().flat_map(Chunk::entries)
    }

    /// The same in two parts, the first before the second.
    pub(super) fn halves(&self) -> [impl Iterator<Item = (u32, u32)> + Send; 2] {
        let (first, second) = self.chunks.split_at(self.chunks.len() / 2);
        [first, second].map(|chunks| chunks.iter().flat_map(Chunk::entries))
    }

    /// Places a slot that has no position and returns where.
    pub(super) fn insert(&mut self, slot: u32, keys: &impl Keys, follower: &mut impl Follower) -> u32 {
        let key = keys.key(slot);
        let (index, cell) = loop {
            // Splitting a chunk makes no room by itself; the second round finds the room.
            if let Some(room) = self.room(key, keys, follower) {
                break room;
            }
        };
        let chunk = &mut self.chunks[index];
        chunk.put(cell, slot);
        let position = chunk.position(cell);
        if self.positions.len() <= slot as usize {
            self.positions.resize(slot as usize + 1, ABSENT);
        }
        self.positions[slot as usize] = position;
        self.latest = position;
        position
    }

    /// Removes a slot.
    pub(super) fn remove(&mut self, slot: u32, follower: &mut impl Follower) {
        let Some(position) = self.position(slot) else {
            return;
        };
        self.positions[slot as usize] = ABSENT;
        let (label, cell) = chunk::label_and_cell(position);
        let Some(index) = self.chunk_of(label) else {
            return;
        };
        self.chunks[index].take(cell);
        if self.chunks[index].len() == 0 {
            self.chunks.remove(index);
        } else if self.chunks[index].len() < SPARSE {
            let pairs = [index.checked_sub(1), Some(index)];
            let fits = |&left: &usize| {
                let pair = self.chunks.get(left..left + 2);
                pair.is_some_and(|pair| pair[0].len() + pair[1].len() <= JOINED)
            };
            if let Some(left) = pairs.into_iter().flatten().find(fits) {
                self.join(left, follower);
            }
        }
    }

    /// A chunk and an empty cell in it for a key; `None` if looking again will find one.
    fn room(
        &mut self,
        key: OrderKey<'_>,
        keys: &impl Keys,
        follower: &mut impl Follower,
    ) -> Option<(usize, usize)> {
        if self.chunks.is_empty() {
            self.add_chunk(0, follower);
            return Some((0, 0));
        }
        let (index, before, after) = self.gap(key, keys);
        match (before, after) {
            (None, _) => {
                if let Some(cell) = chunk::cell_below(self.chunks[index].first()) {
                    return Some((index, cell));
                }
                self.add_chunk(index, follower);
                chunk::cell_below(CELLS).map(|cell| (index, cell))
            }
            (Some(before), None) => {
                if let Some(cell) = chunk::cell_above(before) {
                    return Some((index, cell));
                }
                if let Some(next) = self.chunks.get(index + 1) {
                    let cell = chunk::cell_below(next.first()).map(|cell| (index + 1, cell));
                    return cell.or_else(|| self.crowded(index, before + 1, follower));
                }
                self.add_chunk(index + 1, follower);
                Some((index + 1, 0))
            }
            (Some(before), Some(after)) if after - before > 1 => {
                // Going on from the latest insert lets a sorted import use up a gap in full.
                let latest = |cell| self.latest == self.chunks[index].position(cell);
                let cell = if latest(before) {
                    before + 1
                } else if latest(after) {
                    after - 1
                } else {
                    before.midpoint(after)
                };
                Some((index, cell))
            }
            (_, Some(after)) => self.crowded(index, after, follower),
        }
    }

    /// The chunk a key belongs to, the last cell there that is before it and the first after it.
    pub(super) fn gap(&self, key: OrderKey<'_>, keys: &impl Keys) -> (usize, Option<usize>, Option<usize>) {
        let before_key = |chunk: &Chunk, cell| {
            let slot = chunk.get(cell);
            slot.is_some_and(|slot| keys.is_below(slot, key))
        };
        // Most documents are the newest so far.
        if let Some(last) = self.chunks.last()
            && before_key(last, last.last())
        {
            return (self.chunks.len() - 1, Some(last.last()), None);
        }
        let begun = |chunk: &Chunk| before_key(chunk, chunk.first());
        let index = self.chunks.partition_point(begun).saturating_sub(1);
        let (before, after) = self.chunks[index].gap(key, keys);
        (index, before, after)
    }

    /// An empty cell before the slot at `after` where there is none yet; `None` after a split.
    fn crowded(
        &mut self,
        index: usize,
        after: usize,
        follower: &mut impl Follower,
    ) -> Option<(usize, usize)> {
        let mut moves = Vec::new();
        let chunk = &mut self.chunks[index];
        let cell = chunk.shift(after, &mut moves);
        let cell = cell.or_else(|| chunk.space_out(after, &mut moves));
        let Some(cell) = cell else {
            self.split(index, follower);
            return None;
        };
        self.follow(&moves, follower);
        Some((index, cell))
    }

    /// Moves the later half of a chunk to a new one and spaces out both.
    fn split(&mut self, index: usize, follower: &mut impl Follower) {
        self.add_chunk(index + 1, follower);
        let slots: Vec<(u32, u32)> = self.chunks[index].entries().collect();
        let (lower, upper) = slots.split_at(slots.len() / 2);
        let mut moves = Vec::with_capacity(slots.len());
        for (chunk, half) in self.chunks[index..].iter_mut().zip([lower, upper]) {
            *chunk = Chunk::spread(chunk.label, half, 0..CELLS, &mut moves);
        }
        self.follow(&moves, follower);
    }

    /// Puts a chunk's and the next one's slots together, with room at both ends for what comes.
    fn join(&mut self, left: usize, follower: &mut impl Follower) {
        let right = self.chunks.remove(left + 1);
        let chunk = &mut self.chunks[left];
        let slots: Vec<(u32, u32)> = chunk.entries().chain(right.entries()).collect();
        let mut moves = Vec::with_capacity(slots.len());
        *chunk = Chunk::spread(chunk.label, &slots, JOINED_CELLS, &mut moves);
        self.follow(&moves, follower);
    }

    /// Records moves and notifies the follower.
    fn follow(&mut self, moves: &[Move], follower: &mut impl Follower) {
        for one in moves {
            self.positions[one.slot as usize] = one.to;
        }
        follower.moved(moves);
    }

    /// Adds an empty chunk before the one at `index`.
    fn add_chunk(&mut self, index: usize, follower: &mut impl Follower) {
        assert!(self.chunks.len() < MOST_CHUNKS, "the index is full");
        let label = labels::free_label(&self.chunks, index).unwrap_or_else(|| {
            self.relabel(follower);
            // Labels given out at once are at least two apart, so there is one between any two.
            labels::free_label(&self.chunks, index).unwrap_or_default()
        });
        self.chunks.insert(index, Chunk::new(label));
    }

    /// Relabels all chunks with even spacing.
    fn relabel(&mut self, follower: &mut impl Follower) {
        let labels = labels::spaced_labels(self.chunks.len());
        let mut pairs = Vec::with_capacity(self.chunks.len());
        for (chunk, label) in self.chunks.iter_mut().zip(labels) {
            pairs.push((chunk.label, label));
            chunk.label = label;
        }
        self.latest = ABSENT;
        self.note_positions();
        follower.relabelled(&pairs);
    }

    fn note_positions(&mut self) {
        for (position, slot) in self.chunks.iter().flat_map(Chunk::entries) {
            self.positions[slot as usize] = position;
        }
    }

    pub(super) fn chunk_of(&self, label: u16) -> Option<usize> {
        let found = self.chunks.binary_search_by_key(&label, |chunk| chunk.label);
        found.ok()
    }
}

/// Sorts slots into document order.
pub(super) fn sort(slots: &mut [u32], keys: &impl Keys) {
    // Numbers are fetched once each; words and ids are compared where they are, for equal numbers only.
    let numbered = slots.iter().map(|&slot| (keys.key(slot).number, slot));
    let mut numbered: Vec<(i64, u32)> = numbered.collect();
    numbered.sort_by(|left, right| {
        let rest = || keys.key(left.1).cmp(&keys.key(right.1));
        left.0.cmp(&right.0).then_with(rest)
    });
    for (slot, (_, sorted)) in slots.iter_mut().zip(numbered) {
        *slot = sorted;
    }
}
