//! Marks: the position in the changes of each index, serialized as the text of a position.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::tombstones::RETENTION;
use crate::Position;

/// The maximum clock skew between processes.
const CLOCK_SKEW: Duration = Duration::from_hours(1);

/// The sequence numbers up to which the changes of each index were reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marks {
    /// When it was taken, in milliseconds since 1970.
    pub(super) at: u64,
    /// By index name.
    pub(super) indices: BTreeMap<String, IndexMarks>,
    /// Tombstones whose deletion has not happened yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pending: Vec<PendingTombstone>,
}

/// A tombstone whose deletion has not happened yet. Clients get positions: they do not say which document it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PendingTombstone {
    /// The id of the tombstone itself.
    pub(super) tombstone: String,
    /// When it was first seen, in milliseconds since 1970.
    pub(super) seen_at: u64,
}

/// The sequence numbers up to which the changes of each shard of an index were reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IndexMarks {
    /// Its UUID: another one means that the index was recreated.
    pub(super) uuid: String,
    pub(super) shards: BTreeMap<u32, i64>,
}

impl Marks {
    /// Parses a position, if it is from a store like this one.
    pub(super) fn of(position: &Position) -> Option<Self> {
        serde_json::from_str(position.as_str()).ok()
    }

    pub(super) fn position(&self) -> Position {
        Position::new(serde_json::to_string(self).unwrap_or_default())
    }

    /// Whether all changes since these marks can still be found in the present indices.
    pub(super) fn is_continued_by(&self, present: &Self) -> bool {
        let age = Duration::from_millis(present.at.saturating_sub(self.at));
        let is_same = |(name, index): (&String, &IndexMarks)| {
            self.indices.get(name).is_some_and(|known| known.uuid == index.uuid)
        };
        age + CLOCK_SKEW < RETENTION && present.indices.iter().all(is_same)
    }

    /// The sequence number up to which the changes of a shard were reported.
    pub(super) fn told(&self, index: &str, shard: u32) -> i64 {
        let marks = self.indices.get(index);
        marks.and_then(|marks| marks.shards.get(&shard)).copied().unwrap_or(-1)
    }

    /// Records that the changes of a shard were reported up to this sequence number.
    pub(super) fn tell(&mut self, index: &str, shard: u32, sequence: i64) {
        if let Some(marks) = self.indices.get_mut(index) {
            marks.shards.insert(shard, sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(at: u64, uuid: &str, told: i64) -> Marks {
        let index = IndexMarks { uuid: uuid.to_owned(), shards: BTreeMap::from([(0, told)]) };
        Marks { at, indices: BTreeMap::from([("i".to_owned(), index)]), pending: Vec::new() }
    }

    #[test]
    fn a_position_is_read_back() {
        let mut marks = marks(5, "u", -1);
        assert_eq!(Marks::of(&marks.position()), Some(marks.clone()));
        marks.tell("i", 0, 7);
        marks.tell("i", 1, 8);
        assert_eq!((marks.told("i", 0), marks.told("i", 1), marks.told("j", 0)), (7, 8, -1));
        let pending = PendingTombstone { tombstone: "\"".to_owned(), seen_at: 9 };
        marks.pending.push(pending);
        assert_eq!(Marks::of(&marks.position()), Some(marks));
        for other in ["", "x", "{}", "0197-5"] {
            assert_eq!(Marks::of(&Position::new(other)), None, "{other}");
        }
    }

    #[test]
    fn what_cannot_be_continued_is_known() {
        let day = 24 * 3_600_000;
        let told = marks(day, "u", 5);
        assert!(told.is_continued_by(&marks(day + 1_000, "u", 4)));
        assert!(told.is_continued_by(&marks(day - 1_000, "u", 6)));
        assert!(!told.is_continued_by(&marks(day, "v", 5)), "another index");
        assert!(!told.is_continued_by(&marks(2 * day, "u", 5)), "deletions are forgotten");
    }
}
