//! A cache of the unique values of documents that were read or written recently.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Version;

/// The capacity of the cache.
const REMEMBERED: usize = 10_000;

/// The unique value of a document, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldWord(pub(super) Option<String>);

/// The unique values by document version: the value of a version never changes.
#[derive(Debug, Default)]
pub(super) struct HeldWords(Mutex<HashMap<String, (Version, HeldWord)>>);

impl HeldWords {
    /// The unique value of a document in this version, if it is cached.
    pub(super) fn get(&self, id: &str, version: Version) -> Option<HeldWord> {
        let known = self.lock();
        known.get(id).filter(|(known, _)| *known == version).map(|(_, word)| word.clone())
    }

    /// Records the unique value of a document in a version.
    pub(super) fn insert(&self, id: &str, version: Version, word: Option<String>) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED && !known.contains_key(id) {
            known.clear();
        }
        known.insert(id.to_owned(), (version, HeldWord(word)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Version, HeldWord)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_of_one_version() {
        let held = HeldWords::default();
        let version = |sequence| Version { sequence, term: 1 };
        held.insert("a", version(1), Some("x".to_owned()));
        held.insert("b", version(2), None);
        assert_eq!(held.get("a", version(1)), Some(HeldWord(Some("x".to_owned()))));
        assert_eq!(held.get("a", version(2)), None);
        assert_eq!(held.get("b", version(2)), Some(HeldWord(None)));
        for number in 0..REMEMBERED as u64 {
            held.insert(&format!("c-{number}"), version(number), None);
        }
        assert_eq!(held.get("a", version(1)), None);
        assert!(held.lock().len() <= REMEMBERED);
    }
}
