//! The least and the greatest number of the documents in each block of a chunk: as dates follow the order of documents
//! closely, most blocks are inside or outside of a range as a whole.

use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use super::cells::{BLOCK, CELLS};

/// Further columns have no bounds: they are scanned.
const COLUMNS: usize = 8;
/// The bounds of any numbers, which stand for bounds that have to be computed.
const UNKNOWN: [i64; 2] = [i64::MIN, i64::MAX];

/// The numbers of documents in a column, by slot.
pub trait ColumnNumbers {
    /// The least and the greatest number of a document.
    fn limits(&self, slot: u32) -> Option<[i64; 2]>;
    /// Whether any number of a document is in a range.
    fn any_in(&self, slot: u32, range: &RangeInclusive<i64>) -> bool;
}

/// The bounds of the blocks of a chunk, by column, computed when they are first needed. They may be too wide.
#[derive(Default)]
pub(super) struct ChunkBounds([OnceLock<Box<[BlockBounds]>>; COLUMNS]);

/// A mix of old and new values, as concurrent readers may leave it, is too wide at worst.
struct BlockBounds([AtomicI64; 2]);

impl BlockBounds {
    fn get(&self) -> [i64; 2] {
        [0, 1].map(|end| self.0[end].load(Ordering::Relaxed))
    }

    fn set(&self, bounds: [i64; 2]) {
        for (end, bound) in self.0.iter().zip(bounds) {
            end.store(bound, Ordering::Relaxed);
        }
    }
}

impl ChunkBounds {
    /// The bounds of a block, computed if they are not known.
    pub(super) fn get(&self, column: usize, block: usize, compute: impl FnOnce() -> [i64; 2]) -> [i64; 2] {
        let Some(column) = self.0.get(column) else { return UNKNOWN };
        let unknown = || (0..CELLS / BLOCK).map(|_| BlockBounds(UNKNOWN.map(AtomicI64::new))).collect();
        let block = &column.get_or_init(unknown)[block];
        let bounds = block.get();
        if bounds != UNKNOWN {
            return bounds;
        }
        let bounds = compute();
        block.set(bounds);
        bounds
    }

    /// Makes room for the numbers of a document in a cell.
    pub(super) fn widen(&self, column: usize, cell: usize, [least, greatest]: [i64; 2]) {
        if let Some(blocks) = self.0.get(column).and_then(OnceLock::get) {
            let block = &blocks[cell / BLOCK];
            let bounds = block.get();
            block.set([bounds[0].min(least), bounds[1].max(greatest)]);
        }
    }

    /// Forgets the bounds of the blocks of these cells, between which documents have moved.
    pub(super) fn forget(&mut self, cells: Range<usize>) {
        for blocks in self.0.iter_mut().filter_map(OnceLock::get_mut) {
            for block in &mut blocks[cells.start / BLOCK..cells.end.div_ceil(BLOCK)] {
                block.set(UNKNOWN);
            }
        }
    }
}

/// The bounds of some numbers, each given by limits; those of none are in no range.
pub(super) fn around(limits: impl Iterator<Item = [i64; 2]>) -> [i64; 2] {
    limits.fold([i64::MAX, i64::MIN], |around, limits| [around[0].min(limits[0]), around[1].max(limits[1])])
}
