//! Where documents were in an order before they moved, so that a walk keeps the order of its first page.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use tributary_domain::{Collection, IndexedField, SortValue};

/// How many moves in an order are kept.
const KEPT: usize = if cfg!(test) { 64 } else { 1 << 20 };

/// The slots whose documents moved after a moment, with the values that they had until then.
pub(super) type Moved<'a> = HashMap<u32, Option<&'a SortValue>>;

/// The moves of documents in the order of one field, from the first walk in this order on.
pub(super) struct OrderHistory {
    pub(super) field: &'static IndexedField,
    /// All moves after the change with this sequence number are kept; `u64::MAX` before the first walk.
    kept_after: AtomicU64,
    moves: VecDeque<Move>,
}

/// A document that moved.
struct Move {
    /// The sequence number of the change.
    sequence: u64,
    slot: u32,
    /// Its value before.
    value: Option<SortValue>,
}

impl OrderHistory {
    /// The histories of the orders of a collection in which documents move.
    pub(super) fn of(collection: Collection) -> Vec<Self> {
        let history = |field| Self { field, kept_after: AtomicU64::new(u64::MAX), moves: VecDeque::new() };
        collection.moving_fields().map(history).collect()
    }

    /// Keeps the moves after a change. No document may move meanwhile.
    pub(super) fn keep_after(&self, sequence: u64) {
        self.kept_after.fetch_min(sequence, Ordering::Relaxed);
    }

    /// Whether moves are kept.
    pub(super) fn is_kept(&self) -> bool {
        self.kept_after.load(Ordering::Relaxed) != u64::MAX
    }

    /// Adds the latest move.
    pub(super) fn add(&mut self, sequence: u64, slot: u32, value: Option<SortValue>) {
        if self.moves.len() == KEPT
            && let Some(forgotten) = self.moves.pop_front()
        {
            *self.kept_after.get_mut() = forgotten.sequence;
        }
        self.moves.push_back(Move { sequence, slot, value });
    }

    /// What moved after a change; `None` if not all of it is known any more.
    pub(super) fn moved_after(&self, sequence: u64) -> Option<Moved<'_>> {
        if sequence < self.kept_after.load(Ordering::Relaxed) {
            return None;
        }
        let first = self.moves.partition_point(|moved| moved.sequence <= sequence);
        let mut found = Moved::new();
        for moved in self.moves.range(first..) {
            found.entry(moved.slot).or_insert(moved.value.as_ref());
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_move_after_a_change_counts_as_long_as_all_are_known() {
        let mut history = OrderHistory::of(Collection::SYNC_JOBS).remove(0);
        assert!(!history.is_kept() && history.moved_after(5).is_none(), "nobody has asked for them");
        history.keep_after(5);
        history.keep_after(7);
        let value = SortValue::Number;
        history.add(6, 1, Some(value(10)));
        history.add(8, 1, Some(value(20)));
        history.add(9, 2, None);
        let moved = |history: &OrderHistory, sequence| {
            let moved = history.moved_after(sequence)?;
            Some([1, 2].map(|slot| moved.get(&slot).map(|value| value.cloned())))
        };
        assert_eq!(moved(&history, 4), None);
        assert_eq!(moved(&history, 5), Some([Some(Some(value(10))), Some(None)]));
        assert_eq!(moved(&history, 6), Some([Some(Some(value(20))), Some(None)]));
        assert_eq!(moved(&history, 9), Some([None, None]));
        for sequence in 10..10 + KEPT as u64 - 2 {
            history.add(sequence, 3, None);
        }
        assert_eq!((moved(&history, 5), moved(&history, 6).is_some()), (None, true));
    }
}
