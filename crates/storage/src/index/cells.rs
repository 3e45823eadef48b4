//! How many cells a chunk and a block have.

/// Cells of a chunk: one container of a roaring bitmap, so that chunks can be numbered sparsely.
/// Few in tests, so that small tests split and join chunks.
pub(super) const CELLS: usize = if cfg!(test) { 1 << 8 } else { 1 << 16 };
/// Cells of a block of a chunk. Few in tests, so that small tests have many.
pub(super) const BLOCK: usize = if cfg!(test) { 1 << 4 } else { 1 << 10 };
