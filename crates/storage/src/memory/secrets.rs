//! The secrets of connectors: few, and found by their ids alone.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::operation::{Record, stored};
use crate::{Stored, Version, Versioned};

/// What is stored of each secret, with the number of its latest change.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeMap<String, (Bytes, u64)>);

impl Secrets {
    #[cfg(feature = "embedded")]
    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<Versioned> {
        let (document, sequence) = self.0.get(id)?;
        Some(Versioned { version: Version { sequence: *sequence, term: 0 }, document: document.clone() })
    }

    pub(super) fn sequence(&self, id: &str) -> Option<u64> {
        self.0.get(id).map(|(_, sequence)| *sequence)
    }

    pub(super) fn apply(&mut self, id: &str, record: Option<Record>, sequence: u64) {
        match record {
            Some(Record { rendered, .. }) => drop(self.0.insert(id.to_owned(), (rendered, sequence))),
            None => drop(self.0.remove(id)),
        }
    }

    pub(super) fn all(&self) -> Vec<Stored> {
        self.0.iter().filter_map(|(id, (document, _))| stored(id, document.clone())).collect()
    }
}
