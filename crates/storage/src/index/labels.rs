//! Labels of chunks: sparse numbers, so that a new chunk fits between any two.

use super::chunk::Chunk;

/// Labels stay below this: no position is `u32::MAX`, which stands for "no position".
const LABELS: u32 = 0xffff;
/// How far apart the labels of chunks that are added at either end are.
const END_STEP: u32 = if cfg!(test) { 4 } else { 64 };
/// How far apart labels are at most when all are given out at once: both ends need room.
/// Close in tests, so that small tests run out of labels.
const WIDEST_SPACE: u32 = if cfg!(test) { 4 } else { 1024 };
/// With more chunks, labels given out at once would not be at least two apart.
pub(super) const MOST_CHUNKS: usize = 1 << 14;

/// A label for a new chunk before the one at `index`, if there is one between its neighbours'.
pub(super) fn free_label(chunks: &[Chunk], index: usize) -> Option<u16> {
    // One is added to labels here, so that zero can stand for "below all labels".
    let label = |chunk: &Chunk| u32::from(chunk.label) + 1;
    let below = index.checked_sub(1).map(|left| label(&chunks[left]));
    let above = chunks.get(index).map(label);
    let low = below.unwrap_or(0);
    let high = above.unwrap_or(LABELS + 1);
    let middle = low.midpoint(high);
    let free = match (below, above) {
        (None, Some(_)) => middle.max(high.saturating_sub(END_STEP)),
        (Some(_), None) => middle.min(low + END_STEP),
        _ => middle,
    };
    let free = (low < free && free < high).then(|| free - 1);
    free.and_then(|label| u16::try_from(label).ok())
}

/// Labels for so many chunks, evenly spaced in the middle of all labels.
pub(super) fn spaced_labels(count: usize) -> impl Iterator<Item = u16> {
    let chunks = u32::try_from(count).unwrap_or(LABELS).min(LABELS);
    let space = (LABELS * 3 / 4 / (chunks + 1)).clamp(1, WIDEST_SPACE);
    let start = (LABELS - space * chunks) / 2;
    let labels = (0..chunks).map(move |index| start + index * space);
    labels.filter_map(|label| u16::try_from(label).ok())
}
