//! The latest changes of a store, for those who wait for changes.

use std::collections::{BTreeSet, VecDeque};

use tokio::sync::watch;
use tributary_domain::{Collection, Id};
use uuid::Uuid;

use crate::{Changes, Position};

/// How many changes are kept.
const REMEMBERED: usize = 1 << 16;

/// The latest changes, by their sequence numbers.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    /// Identifies the feed of this process: sequence numbers of others are not comparable.
    line: Uuid,
    changes: VecDeque<(u64, Collection, Box<str>)>,
    /// All changes after this one are kept.
    remembered_after: u64,
    latest: watch::Sender<u64>,
}

impl Default for RecentChanges {
    fn default() -> Self {
        Self {
            line: Uuid::now_v7(),
            changes: VecDeque::new(),
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
    pub(super) fn add(&mut self, sequence: u64, collection: Collection, id: &str) {
        if self.changes.len() == REMEMBERED
            && let Some((forgotten, ..)) = self.changes.pop_front()
        {
            self.remembered_after = forgotten;
        }
        self.changes.push_back((sequence, collection, id.into()));
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
        let first = self.changes.partition_point(|(sequence, ..)| *sequence <= after);
        let changed: BTreeSet<(Collection, &str)> =
            self.changes.range(first..).map(|(_, collection, id)| (*collection, &**id)).collect();
        // Stored ids are always valid.
        let changed =
            changed.into_iter().filter_map(|(collection, id)| Some((collection, Id::parse("id", id).ok()?)));
        let position = Position::new(self.text_of(latest));
        Changes { position, changed: changed.collect(), is_complete }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_said() {
        let mut recent = RecentChanges::default();
        let start = recent.since(None).position;
        let add = |recent: &mut RecentChanges, sequence: u64| {
            recent.add(sequence, Collection::SYNC_JOBS, &format!("job-{}", sequence % 3));
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
}
