//! The latest changes of a store, for those who wait for changes.

use std::collections::{BTreeMap, VecDeque};

use tokio::sync::watch;
use tributary_domain::{Collection, Id};
use uuid::Uuid;

use crate::{Changes, LastValues, Position};

/// How many changes are kept.
const REMEMBERED: usize = 1 << 16;
/// How many bytes the last values of deleted documents take at most: more than the values of as many usual sync jobs.
const REMEMBERED_BYTES: usize = 32 << 20;

/// What a change made of a document.
#[derive(Debug, Clone)]
pub(crate) enum ChangeKind {
    Written,
    /// What it was found by, where that is known.
    Deleted(Option<LastValues>),
}

#[derive(Debug)]
struct RecentChange {
    sequence: u64,
    collection: Collection,
    id: Box<str>,
    kind: ChangeKind,
}

/// The latest changes, by their sequence numbers.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    /// Identifies the feed of this process: sequence numbers of others are not comparable.
    line: Uuid,
    changes: VecDeque<RecentChange>,
    /// The length of all last values in bytes.
    bytes: usize,
    /// All changes after this one are kept.
    remembered_after: u64,
    latest: watch::Sender<u64>,
}

impl Default for RecentChanges {
    fn default() -> Self {
        Self {
            line: Uuid::now_v7(),
            changes: VecDeque::new(),
            bytes: 0,
            remembered_after: 0,
            latest: watch::Sender::new(0),
        }
    }
}

impl RecentChanges {
    /// Continues after this sequence number, without the changes up to it.
    #[cfg(feature = "embedded")]
    pub(super) fn begin_after(&mut self, sequence: u64) {
        self.remembered_after = sequence;
        self.latest.send_replace(sequence);
    }

    /// Adds the latest change.
    pub(super) fn add(&mut self, sequence: u64, collection: Collection, id: &str, kind: ChangeKind) {
        self.bytes += kind.bytes();
        self.changes.push_back(RecentChange { sequence, collection, id: id.into(), kind });
        while (self.changes.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES)
            && let Some(forgotten) = self.changes.pop_front()
        {
            self.bytes -= forgotten.kind.bytes();
            self.remembered_after = forgotten.sequence;
        }
    }

    /// Publishes all changes up to this one, and notifies those who wait.
    pub(super) fn publish(&self, sequence: u64) {
        self.latest.send_if_modified(|latest| std::mem::replace(latest, sequence) != sequence);
    }

    /// A receiver of the latest sequence number; it fails once the store is closed.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The changes after a position, or the current position.
    pub(crate) fn since(&self, position: Option<&Position>) -> Changes {
        let latest = *self.latest.borrow();
        let after = position.map(|position| self.sequence_of(position.as_str()));
        let (after, is_complete) = match after {
            None => (latest, true),
            Some(Some(after)) if (self.remembered_after..=latest).contains(&after) => (after, true),
            Some(_) => (self.remembered_after, false),
        };
        let first = self.changes.partition_point(|change| change.sequence <= after);
        // Of several changes of a document the last one counts.
        let last: BTreeMap<(Collection, &str), &ChangeKind> = self
            .changes
            .range(first..)
            .map(|change| ((change.collection, &*change.id), &change.kind))
            .collect();
        let position = Position::new(self.text_of(latest));
        let mut changes = Changes::none(position, is_complete);
        for ((collection, id), kind) in last {
            // Stored ids are always valid.
            let Ok(id) = Id::parse("id", id) else { continue };
            if let ChangeKind::Deleted(values) = kind {
                changes.deleted.insert((collection, id.clone()), values.clone());
            }
            changes.changed.push((collection, id));
        }
        changes
    }

    /// A sequence number of this feed as a text.
    pub(super) fn text_of(&self, sequence: u64) -> String {
        format!("{}-{sequence}", self.line.simple())
    }

    /// The sequence number in a text of this feed.
    pub(super) fn sequence_of(&self, text: &str) -> Option<u64> {
        let (line, sequence) = text.split_once('-')?;
        (line.parse::<Uuid>().ok()? == self.line).then(|| sequence.parse().ok()).flatten()
    }
}

impl ChangeKind {
    fn bytes(&self) -> usize {
        match self {
            Self::Deleted(Some(values)) => values.as_str().len(),
            Self::Written | Self::Deleted(None) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_said() {
        let mut recent = RecentChanges::default();
        let start = recent.since(None).position;
        let add = |recent: &mut RecentChanges, sequence: u64| {
            recent.add(
                sequence,
                Collection::SYNC_JOBS,
                &format!("job-{}", sequence % 3),
                ChangeKind::Written,
            );
            recent.publish(sequence);
        };
        add(&mut recent, 1);
        add(&mut recent, 4);
        let changes = recent.since(Some(&start));
        assert_eq!((changes.changed.len(), changes.is_complete), (1, true), "{changes:?}");
        assert_eq!(recent.since(Some(&changes.position)).changed, []);
        for sequence in 5..=REMEMBERED as u64 + 4 {
            add(&mut recent, sequence);
        }
        assert!(!recent.since(Some(&start)).is_complete);
        assert!(recent.since(Some(&changes.position)).is_complete);
        for other in ["", "x", "1", &format!("{}-1", Uuid::now_v7().simple())] {
            assert!(!recent.since(Some(&Position::new(other))).is_complete, "{other}");
        }
        let future = Position::new(format!("{}-99999999", recent.line.simple()));
        assert!(!recent.since(Some(&future)).is_complete);
    }
    #[test]
    fn last_values_take_bounded_memory() {
        let mut recent = RecentChanges::default();
        let start = recent.since(None).position;
        let values = LastValues::new("x".repeat(REMEMBERED_BYTES / 8));
        let delete = |recent: &mut RecentChanges, sequence: u64| {
            let deleted = ChangeKind::Deleted(Some(values.clone()));
            recent.add(sequence, Collection::SYNC_JOBS, &format!("job-{sequence}"), deleted);
            recent.publish(sequence);
        };
        (1..=8).for_each(|sequence| delete(&mut recent, sequence));
        let changes = recent.since(Some(&start));
        assert_eq!((changes.deleted.len(), changes.is_complete), (8, true));
        delete(&mut recent, 9);
        let changes = recent.since(Some(&start));
        assert_eq!((changes.deleted.len(), changes.is_complete), (8, false));
        assert_eq!(recent.bytes, REMEMBERED_BYTES);
    }

    #[test]
    fn the_last_change_tells_whether_a_document_is_deleted() {
        let mut recent = RecentChanges::default();
        let start = recent.since(None).position;
        let id = Id::parse("id", "j").unwrap();
        let kinds = [ChangeKind::Written, ChangeKind::Deleted(None), ChangeKind::Written];
        for (sequence, (kind, is_deleted)) in (1..).zip(kinds.into_iter().zip([false, true, false])) {
            recent.add(sequence, Collection::SYNC_JOBS, "j", kind);
            recent.publish(sequence);
            let changes = recent.since(Some(&start));
            assert_eq!(changes.changed, [(Collection::SYNC_JOBS, id.clone())]);
            assert_eq!(changes.deleted.len(), usize::from(is_deleted), "{changes:?}");
        }
    }
}
