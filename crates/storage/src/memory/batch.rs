//! Sync jobs on their way into the memory of a store that opens.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use tributary_domain::FilterField;

use super::texts::Texts;

/// Many new sync jobs, put together apart from the store: several threads can make one each.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(super) texts: Texts,
    pub(super) rows: Vec<Row>,
    /// The words of all rows, by their numbers.
    words: Vec<u32>,
    vocabulary: Vec<(FilterField, String)>,
    numbers: HashMap<FilterField, HashMap<String, u32, RandomState>>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) slot: u32,
    pub(super) milliseconds: i64,
    pub(super) sequence: u64,
    /// Where its words end; they start where those of the row before end.
    end: usize,
}

impl Batch {
    /// Adds a sync job under a slot that no other has.
    pub(crate) fn add(
        &mut self,
        slot: u32,
        id: &str,
        document: &[u8],
        sequence: u64,
        (milliseconds, words): (i64, Vec<(FilterField, String)>),
    ) {
        self.texts.set(slot, id, document);
        for (field, word) in words {
            let numbers = self.numbers.entry(field).or_default();
            let number = numbers.get(&word).copied().unwrap_or_else(|| {
                let number = u32::try_from(self.vocabulary.len()).expect("fewer words than fit in memory");
                self.vocabulary.push((field, word.clone()));
                numbers.insert(word, number);
                number
            });
            self.words.push(number);
        }
        self.rows.push(Row { slot, milliseconds, sequence, end: self.words.len() });
    }

    /// All words that the sync jobs have, each once.
    pub(super) fn vocabulary(&self) -> impl ExactSizeIterator<Item = (FilterField, &str)> {
        self.vocabulary.iter().map(|(field, word)| (*field, word.as_str()))
    }

    /// Each slot with the places in the vocabulary of the words of its sync job.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = usize>)> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let numbers = &self.words[std::mem::replace(&mut start, row.end)..row.end];
            (row.slot, numbers.iter().map(|number| *number as usize))
        })
    }
}
