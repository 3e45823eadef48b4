//! What a transfer did, and whether both sides hold the same afterwards.

use super::digest::Tally;
use super::left_out::LeftOut;
use super::write::{Account, Ledger};
use super::{COLLECTIONS, OfEach, TargetMode, place};
use crate::Collection;

/// What happened to one collection.
#[derive(Debug, Clone, Copy)]
pub struct CollectionReport {
    /// Which.
    pub collection: Collection,
    /// What the source holds: a store as it is afterwards, an input as it was read.
    pub source: Tally,
    /// What the target holds afterwards.
    pub target: Tally,
    /// What was there before.
    pub before: Tally,
    /// What was read from the source while it was moved.
    pub read: Tally,
    /// What was created.
    pub created: Tally,
    /// What was there already, the same.
    pub present: Tally,
}

/// What a transfer did.
#[derive(Debug, Clone)]
pub struct Report {
    /// The collections, in the order of [`COLLECTIONS`].
    pub parts: [CollectionReport; COLLECTIONS.len()],
    /// How many documents were left out.
    pub left_out: u64,
    /// The first of those that were left out.
    pub examples: Vec<LeftOut>,
    mode: TargetMode,
}

/// How both sides compare afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They hold the same.
    Same,
    /// The target holds all that the source does, and what it held before.
    Merged,
    /// They do not, for these reasons.
    Different(Vec<String>),
    /// Not all of the input was understood, whatever else there is to say.
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
    /// Why the target is not as it should be, if it is not.
    fn difference(&self, mode: TargetMode) -> Option<String> {
        let name = self.collection.plural();
        if self.read != self.source {
            return Some(format!("the {name} of the source were changed by somebody else meanwhile"));
        }
        if self.target != self.before + self.created {
            return Some(format!("the {name} of the target were changed by somebody else meanwhile"));
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
        // What was left out is told apart.
        let all_are_there = self.created.count + self.present.count == self.read.count;
        all_are_there.then(|| format!("the source holds {source} {name}, the target {target}"))
    }
}
