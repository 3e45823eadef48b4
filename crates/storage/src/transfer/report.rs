//! The result of a transfer, and the comparison of both sides.

use super::digest::Tally;
use super::left_out::LeftOut;
use super::write::{Account, Ledger};
use super::{COLLECTIONS, OfEach, TargetMode, place};
use crate::Collection;

/// The result for one collection.
#[derive(Debug, Clone, Copy)]
pub struct CollectionReport {
    /// The collection.
    pub collection: Collection,
    /// The content of the source: of a store afterwards, of an input as it was read.
    pub source: Tally,
    /// The content of the target afterwards.
    pub target: Tally,
    /// The content of the target before.
    pub before: Tally,
    /// The documents that were read from the source during the transfer.
    pub read: Tally,
    /// The documents that were created.
    pub created: Tally,
    /// The documents that the target already had, with equal content.
    pub present: Tally,
}

/// The result of a transfer.
#[derive(Debug, Clone)]
pub struct Report {
    /// The collections, in the order of [`COLLECTIONS`].
    pub parts: [CollectionReport; COLLECTIONS.len()],
    /// How many documents were skipped.
    pub left_out: u64,
    /// The first of the skipped documents.
    pub examples: Vec<LeftOut>,
    mode: TargetMode,
}

/// How both sides compare afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They have the same content.
    Same,
    /// The target has all documents of the source, and its own from before.
    Merged,
    /// They differ, for these reasons.
    Different(Vec<String>),
    /// Parts of the input were not understood, besides any other reasons.
    Incomplete(Vec<String>),
}

impl Report {
    pub(super) fn new(
        mode: TargetMode,
        before: OfEach<Tally>,
        ledger: Ledger,
        source: OfEach<Tally>,
        target: OfEach<Tally>,
    ) -> Self {
        let parts = COLLECTIONS.map(|collection| {
            let place = place(collection);
            let Account { read, created, present } = ledger.account(collection);
            CollectionReport {
                collection,
                source: source[place],
                target: target[place],
                before: before[place],
                read,
                created,
                present,
            }
        });
        Self { parts, left_out: ledger.left_out, examples: ledger.examples, mode }
    }

    /// How both sides compare.
    pub fn verdict(&self) -> Verdict {
        let mut reasons = Vec::new();
        if self.left_out > 0 {
            reasons.push(format!("{} documents were left out", self.left_out));
        }
        for part in &self.parts {
            reasons.extend(part.difference(self.mode));
        }
        if !reasons.is_empty() {
            return Verdict::Different(reasons);
        }
        let is_same = self.parts.iter().all(|part| part.source == part.target);
        if is_same { Verdict::Same } else { Verdict::Merged }
    }
}

impl CollectionReport {
    /// How the target differs from what is expected, if it does.
    fn difference(&self, mode: TargetMode) -> Option<String> {
        let name = self.collection.plural();
        if self.read != self.source {
            return Some(format!(
                "the {name} of the source were changed by another writer during the transfer"
            ));
        }
        if self.target != self.before + self.created {
            return Some(format!(
                "the {name} of the target were changed by another writer during the transfer"
            ));
        }
        if mode == TargetMode::Merge || self.source == self.target {
            return None;
        }
        if self.present.count > self.before.count {
            return Some(format!("the source repeats {name}, so that it cannot be compared with the target"));
        }
        let (source, target) = (self.source.count, self.target.count);
        if target > source {
            return Some(format!("the target holds {} {name} that are not in the source", target - source));
        }
        // Skipped documents are reported separately.
        let all_are_there = self.created.count + self.present.count == self.read.count;
        all_are_there.then(|| format!("the source holds {source} {name}, the target {target}"))
    }
}
