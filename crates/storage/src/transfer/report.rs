//! What a transfer did, and whether both sides hold the same afterwards.

use std::fmt;

use tributary_domain::Id;

use super::digest::Tally;
use super::error::kind;
use super::write::{Account, Ledger};
use super::{COLLECTIONS, OfEach, Onto};
use crate::Collection;

/// A document that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its kind.
    pub collection: Collection,
    /// Its id.
    pub id: Id,
    /// Why.
    pub reason: Reason,
}

/// Why a document was left out; the target keeps what it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The target has another document under this id.
    Differs,
    /// Another connector of the target has the index name.
    IndexNameTaken {
        /// The index that both want.
        index_name: String,
        /// The connector that has it.
        connector_id: String,
    },
    /// The target cannot keep it.
    Rejected(String),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}] ", kind(self.collection), self.id)?;
        match &self.reason {
            Reason::Differs => formatter.write_str("is there already with other content"),
            Reason::IndexNameTaken { index_name, connector_id } => {
                write!(formatter, "wants the index name [{index_name}], which connector [{connector_id}] has")
            }
            Reason::Rejected(reason) => write!(formatter, "is refused by the target: {reason}"),
        }
    }
}

/// What happened to one collection.
#[derive(Debug, Clone, Copy)]
pub struct Part {
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
    pub parts: [Part; COLLECTIONS.len()],
    /// How many documents were left out.
    pub left_out: u64,
    /// The first of those that were left out.
    pub examples: Vec<LeftOut>,
    onto: Onto,
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
        onto: Onto,
        before: OfEach<Tally>,
        ledger: Ledger,
        source: OfEach<Tally>,
        target: OfEach<Tally>,
    ) -> Self {
        let parts = COLLECTIONS.map(|collection| {
            let place = collection.place();
            let Account { read, created, present } = ledger.account(collection);
            Part {
                collection,
                source: source[place],
                target: target[place],
                before: before[place],
                read,
                created,
                present,
            }
        });
        Self { parts, left_out: ledger.left_out, examples: ledger.examples, onto }
    }

    /// How both sides compare.
    pub fn verdict(&self) -> Verdict {
        let mut reasons = Vec::new();
        if self.left_out > 0 {
            reasons.push(format!("{} documents were left out", self.left_out));
        }
        for part in &self.parts {
            reasons.extend(part.difference(self.onto));
        }
        if !reasons.is_empty() {
            return Verdict::Different(reasons);
        }
        let is_same = self.parts.iter().all(|part| part.source == part.target);
        if is_same { Verdict::Same } else { Verdict::Merged }
    }
}

impl Part {
    /// Why the target is not as it should be, if it is not.
    fn difference(&self, onto: Onto) -> Option<String> {
        let name = match self.collection {
            Collection::Connectors => "connectors",
            Collection::SyncJobs => "sync jobs",
            Collection::Secrets => "secrets",
        };
        if self.read != self.source {
            return Some(format!("the {name} of the source were changed by somebody else meanwhile"));
        }
        if self.target != self.before + self.created {
            return Some(format!("the {name} of the target were changed by somebody else meanwhile"));
        }
        if onto == Onto::Merge || self.source == self.target {
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
