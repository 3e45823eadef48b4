//! The documents that hold unique words.

use std::collections::HashMap;

/// The slots that hold each word: one, unless the stored data violates the constraint.
#[derive(Debug, Default)]
pub(super) struct Holders {
    by_word: HashMap<String, Vec<u32>>,
    by_slot: HashMap<u32, String>,
}

impl Holders {
    /// Another holder of the word, if any. A document that already holds it may keep it even if it is shared.
    pub(super) fn other(&self, word: &str, slot: Option<u32>) -> Option<u32> {
        let holders = self.by_word.get(word)?;
        if slot.is_some_and(|slot| holders.contains(&slot)) { None } else { holders.first().copied() }
    }

    /// Replaces the word of a slot.
    pub(super) fn set(&mut self, slot: u32, word: Option<String>) {
        if let Some(former) = self.by_slot.remove(&slot)
            && let Some(holders) = self.by_word.get_mut(&former)
        {
            holders.retain(|holder| *holder != slot);
            if holders.is_empty() {
                self.by_word.remove(&former);
            }
        }
        if let Some(word) = word {
            self.by_word.entry(word.clone()).or_default().push(slot);
            self.by_slot.insert(slot, word);
        }
    }
}
