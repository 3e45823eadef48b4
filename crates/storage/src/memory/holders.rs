//! Which documents hold the words that no two documents may hold at the same time.

use std::collections::HashMap;

/// The holders of each word by slot: one, unless others wrote into the store.
#[derive(Debug, Default)]
pub(super) struct Holders {
    by_word: HashMap<String, Vec<u32>>,
    by_slot: HashMap<u32, String>,
}

impl Holders {
    /// Somebody else who holds the word. Who holds it already may keep it, also where it is shared by mistake.
    pub(super) fn other(&self, word: &str, slot: Option<u32>) -> Option<u32> {
        let holders = self.by_word.get(word)?;
        if slot.is_some_and(|slot| holders.contains(&slot)) { None } else { holders.first().copied() }
    }

    /// Replaces what a slot holds.
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
