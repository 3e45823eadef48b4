//! Documents that are loaded in bulk when a store opens.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::arena::Arena;
use super::operation::{FieldNumber, Terms};

/// New documents of a collection, collected outside the catalog so that several threads can each fill a batch.
#[derive(Debug, Default)]
pub(crate) struct LoadBatch {
    pub(super) arena: Arena,
    pub(super) rows: Vec<BatchRow>,
    /// The words of all rows, by their numbers.
    words: Vec<u32>,
    /// The numbers and dates of all rows.
    values: Vec<(FieldNumber, i64)>,
    /// The words by which documents are ordered, and those that no other document may hold, by slot.
    pub(super) order_words: Vec<(u32, Box<str>)>,
    pub(super) unique_words: Vec<(u32, String)>,
    vocabulary: Vec<(FieldNumber, Cow<'static, str>)>,
    numbers: HashMap<FieldNumber, HashMap<Cow<'static, str>, u32, RandomState>, RandomState>,
}

/// What a batch has of a document beside its text, its words and its values: small, since there is one of each document.
#[derive(Debug)]
pub(super) struct BatchRow {
    pub(super) slot: u32,
    pub(super) sequence: u64,
    pub(super) order_number: i64,
    /// Where its words end; they start where those of the row before end.
    words_end: usize,
    /// Where its values end, in the same way.
    values_end: usize,
}

impl LoadBatch {
    /// Adds a document under a slot that no other has.
    pub(crate) fn add(&mut self, slot: u32, id: &str, document: &[u8], sequence: u64, terms: Terms) {
        self.arena.set(slot, id, document);
        for (field, word) in terms.words {
            let numbers = self.numbers.entry(field).or_default();
            let number = numbers.get(&word).copied().unwrap_or_else(|| {
                let number = u32::try_from(self.vocabulary.len()).expect("fewer words than fit in memory");
                self.vocabulary.push((field, word.clone()));
                numbers.insert(word, number);
                number
            });
            self.words.push(number);
        }
        self.values.extend(terms.numbers);
        self.unique_words.extend(terms.unique.map(|word| (slot, word)));
        if !terms.order_word.is_empty() {
            self.order_words.push((slot, terms.order_word));
        }
        let (words_end, values_end) = (self.words.len(), self.values.len());
        self.rows.push(BatchRow { slot, sequence, order_number: terms.order_number, words_end, values_end });
    }

    /// Each slot with the numbers and dates of its document.
    pub(super) fn values(&self) -> impl Iterator<Item = (u32, &[(FieldNumber, i64)])> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            (row.slot, &self.values[std::mem::replace(&mut start, row.values_end)..row.values_end])
        })
    }

    /// All words that the documents have, each once.
    pub(super) fn vocabulary(&self) -> impl ExactSizeIterator<Item = (FieldNumber, &str)> {
        self.vocabulary.iter().map(|(field, word)| (*field, &**word))
    }

    /// Each slot with the places in the vocabulary of the words of its document.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = usize>)> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let numbers = &self.words[std::mem::replace(&mut start, row.words_end)..row.words_end];
            (row.slot, numbers.iter().map(|number| *number as usize))
        })
    }
}
