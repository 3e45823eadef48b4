//! Documents by slot, with their order keys.

use std::collections::HashMap;

use super::arena::Arena;
use super::operation::Terms;
use crate::index::{Keys, OrderKey};

/// The order number and the sequence number of a document.
#[derive(Debug, Clone, Copy, Default)]
struct SlotMetadata {
    number: i64,
    sequence: u64,
}

/// The documents by slot; the slot of a removed document is reused.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) arena: Arena,
    metadata: Vec<SlotMetadata>,
    /// Only in collections that are ordered by a word.
    order_words: HashMap<u32, Box<str>>,
    free: Vec<u32>,
}

impl Slots {
    /// How many slots there are, taken or free.
    pub(super) fn len(&self) -> usize {
        self.metadata.len()
    }

    /// Grows to so many slots, whose metadata is set afterwards.
    #[cfg(feature = "embedded")]
    pub(super) fn resize(&mut self, count: usize) {
        self.metadata.resize(count, SlotMetadata::default());
    }

    /// Puts a document into a free slot.
    ///
    /// # Panics
    /// At 2³² documents.
    pub(super) fn add(&mut self, id: &str, document: &[u8], sequence: u64, terms: &Terms) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.metadata.push(SlotMetadata::default());
            u32::try_from(self.metadata.len() - 1).expect("fewer documents than slots")
        });
        self.set(slot, id, document, sequence, terms);
        slot
    }

    pub(super) fn set(&mut self, slot: u32, id: &str, document: &[u8], sequence: u64, terms: &Terms) {
        self.set_metadata(slot, sequence, terms.order_number);
        self.set_order_word(slot, &terms.order_word);
        self.arena.set(slot, id, document);
    }

    /// Sets the sequence number of a slot, and its number in the order of the collection.
    pub(super) fn set_metadata(&mut self, slot: u32, sequence: u64, number: i64) {
        self.metadata[slot as usize] = SlotMetadata { number, sequence };
    }

    /// Sets the word of a slot in the order of the collection; empty for none.
    pub(super) fn set_order_word(&mut self, slot: u32, word: &str) {
        if !word.is_empty() {
            self.order_words.insert(slot, word.into());
        } else if !self.order_words.is_empty() {
            self.order_words.remove(&slot);
        }
    }

    /// Whether a document with these terms has the same order key as the one in the slot.
    pub(super) fn stands_at(&self, slot: u32, terms: &Terms) -> bool {
        (self.number(slot), self.order_word(slot)) == (terms.order_number, &*terms.order_word)
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.arena.remove(slot);
        self.order_words.remove(&slot);
        // Later than that of every document which was found here.
        self.metadata[slot as usize].sequence = u64::MAX;
        self.free.push(slot);
    }

    pub(super) fn id(&self, slot: u32) -> &str {
        self.arena.id(slot).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default()
    }

    /// The sequence number of the document's latest change.
    pub(super) fn sequence(&self, slot: u32) -> u64 {
        self.metadata[slot as usize].sequence
    }

    /// The order number of the document.
    pub(super) fn number(&self, slot: u32) -> i64 {
        self.metadata[slot as usize].number
    }

    /// The order word of the document.
    pub(super) fn order_word(&self, slot: u32) -> &str {
        if self.order_words.is_empty() { "" } else { self.order_words.get(&slot).map_or("", AsRef::as_ref) }
    }
}

impl Keys for Slots {
    fn key(&self, slot: u32) -> OrderKey<'_> {
        OrderKey { number: self.number(slot), word: self.order_word(slot), id: self.id(slot) }
    }

    fn is_below(&self, slot: u32, key: OrderKey<'_>) -> bool {
        let number = self.number(slot);
        number < key.number || number == key.number && self.key(slot) < key
    }
}
