//! A collection: rendered documents in slots, with indexes by id and by field.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use bytes::Bytes;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use tributary_domain::{Collection, IndexedField, SortValue};

#[cfg(feature = "embedded")]
use super::batch::LoadBatch;
use super::holders::Holders;
use super::matches::RecentMatches;
use super::number_field::NumberField;
use super::operation::{FieldNumber, PRESENT, Record, SEVERAL, Terms, kept_mark, stored};
use super::order_history::OrderHistory;
use super::slots::Slots;
use crate::index::{ColumnNumbers as _, Field, OrderedIndex};
use crate::{StoreError, Stored, Version, Versioned};

/// How many slots a scan examines in one step.
const PORTION: usize = 1_024;

/// The documents of a collection, indexed according to its schema.
pub(super) struct Indexed {
    pub(super) collection: Collection,
    pub(super) slots: Slots,
    pub(super) index: OrderedIndex,
    /// The fields of numbers and dates.
    pub(super) numbers: Vec<NumberField>,
    pub(super) histories: Vec<OrderHistory>,
    /// The slots by the hash of the id; the ids themselves are in the arena.
    by_id: HashTable<u32>,
    hasher: RandomState,
    holders: Holders,
    pub(super) recent_matches: RecentMatches,
}

impl Indexed {
    pub(super) fn new(collection: Collection) -> Self {
        let number = |path: &str| field_number(collection, path).unwrap_or_default();
        let pairs: Vec<[Field; 2]> =
            collection.pairs.iter().map(|pair| pair.map(|path| Field(number(path)))).collect();
        // A missing word makes room for the mark that it is missing.
        let is_kept =
            |field: &&IndexedField| !field.is_numeric() || kept_mark(collection, field) == Some(PRESENT);
        let words = collection.indexed_fields().filter(is_kept).count();
        Self {
            collection,
            slots: Slots::default(),
            index: OrderedIndex::with_pairs(words, &pairs),
            numbers: number_fields(collection),
            histories: OrderHistory::of(collection),
            by_id: HashTable::new(),
            hasher: RandomState::default(),
            holders: Holders::default(),
            recent_matches: RecentMatches::default(),
        }
    }

    #[cfg(feature = "embedded")]
    pub(super) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<Versioned> {
        let slot = self.slot(id)?;
        let version = Version { sequence: self.slots.sequence(slot), term: 0 };
        Some(Versioned { version, document: Bytes::copy_from_slice(self.slots.arena.document(slot)?) })
    }

    pub(super) fn sequence(&self, id: &str) -> Option<u64> {
        Some(self.slots.sequence(self.slot(id)?))
    }

    /// Checks that a unique word is not held by another document.
    pub(super) fn check_unique(&self, id: &str, terms: &Terms) -> Result<(), StoreError> {
        let Some(wanted) = &terms.unique else { return Ok(()) };
        match self.holders.other(wanted, self.slot(id)) {
            None => Ok(()),
            Some(slot) => Err(StoreError::IndexNameTaken {
                index_name: wanted.clone(),
                connector_id: self.slots.id(slot).to_owned(),
            }),
        }
    }

    /// The documents in the next slots from `place` on, and the slot to continue from.
    pub(super) fn portion(&self, place: usize) -> (Vec<Stored>, Option<usize>) {
        let slots = self.slots.len();
        let end = place.saturating_add(PORTION).min(slots);
        let texts = &self.slots.arena;
        let document = |slot| stored(self.slots.id(slot), Bytes::copy_from_slice(texts.document(slot)?));
        // Slot numbers are `u32`, up to the number of slots.
        let documents = (0..).take(end).skip(place).filter_map(document);
        (documents.collect(), (end < slots).then_some(end))
    }

    pub(super) fn apply(&mut self, id: &str, record: Option<Record>, sequence: u64) {
        self.recent_matches.clear();
        match (self.slot(id), record) {
            (Some(slot), None) => self.remove(id, slot),
            (None, None) => {}
            (Some(slot), Some(Record { rendered, terms })) => {
                let before = self.kept_values(slot);
                let stays = self.slots.stands_at(slot, &terms);
                self.slots.set(slot, id, &rendered, sequence, &terms);
                if stays {
                    self.index.set_values(slot, values(&terms));
                } else {
                    self.index.insert(slot, &self.slots, values(&terms));
                }
                self.note(slot, terms);
                self.note_moves(slot, before, sequence);
            }
            (None, Some(Record { rendered, terms })) => {
                let slot = self.slots.add(id, &rendered, sequence, &terms);
                let hash = |slot: &u32| self.hasher.hash_one(self.slots.id(*slot));
                self.by_id.insert_unique(hash(&slot), slot, hash);
                self.index.insert(slot, &self.slots, values(&terms));
                self.note(slot, terms);
            }
        }
    }

    /// Updates the numbers and the holders of unique words.
    fn note(&mut self, slot: u32, terms: Terms) {
        self.holders.set(slot, terms.unique);
        for (place, field) in self.numbers.iter_mut().enumerate() {
            with_numbers_of(field.number, &terms.numbers, |numbers| field.set(slot, numbers, &self.slots));
            if let Some(limits) = field.column.limits(slot) {
                self.index.widen(slot, place, limits);
            }
        }
    }

    /// The values of a document in the orders whose history is kept, with the places of the histories.
    fn kept_values(&self, slot: u32) -> Vec<(usize, Option<SortValue>)> {
        let kept = self.histories.iter().enumerate().filter(|(_, history)| history.is_kept());
        let value = |field| self.value_in(field, slot).map(SortValue::from);
        kept.map(|(place, history)| (place, value(history.field))).collect()
    }

    /// Adds the moves of a document to the histories, after a change before which it had these values.
    fn note_moves(&mut self, slot: u32, before: Vec<(usize, Option<SortValue>)>, sequence: u64) {
        for (place, before) in before {
            let now = self.value_in(self.histories[place].field, slot).map(SortValue::from);
            if now != before {
                self.histories[place].add(sequence, slot, before);
            }
        }
    }

    /// Loads documents into an empty collection; they must fill the slots from 0 without gaps.
    #[cfg(feature = "embedded")]
    pub(super) fn load(&mut self, batches: Vec<LoadBatch>) {
        let count = batches.iter().map(|batch| batch.rows.len()).sum();
        self.slots.resize(count);
        let mut loaded = Vec::with_capacity(batches.len());
        for mut batch in batches {
            self.slots.arena.merge(std::mem::take(&mut batch.arena));
            for row in &batch.rows {
                self.slots.set_metadata(row.slot, row.sequence, row.order_number);
            }
            for (slot, word) in std::mem::take(&mut batch.order_words) {
                self.slots.set_order_word(slot, &word);
            }
            for (slot, word) in std::mem::take(&mut batch.unique_words) {
                self.holders.set(slot, Some(word));
            }
            for (slot, numbers) in batch.values() {
                for field in &mut self.numbers {
                    with_numbers_of(field.number, numbers, |numbers| field.column.set(slot, numbers));
                }
            }
            loaded.push(batch);
        }
        let Self { slots, by_id, hasher, index, .. } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let hash = |slot: &u32| hasher.hash_one(slots.id(*slot));
                by_id.reserve(count, hash);
                for slot in (0..).take(count) {
                    by_id.insert_unique(hash(&slot), slot, hash);
                }
            });
            let vocabulary = loaded.iter().flat_map(LoadBatch::vocabulary);
            let vocabulary = vocabulary.map(|(field, word)| (Field(field), word));
            // The vocabulary of each batch follows that of the batches before it.
            let mut next = 0;
            let documents = loaded.iter().flat_map(|batch| {
                let first = next;
                next += batch.vocabulary().len();
                batch.words().map(move |(slot, places)| (slot, places.map(move |place| first + place)))
            });
            index.load(slots, vocabulary, documents);
        });
    }

    fn remove(&mut self, id: &str, slot: u32) {
        self.index.remove(slot);
        self.holders.set(slot, None);
        for field in &mut self.numbers {
            field.remove(slot);
        }
        if let Ok(found) = self.by_id.find_entry(self.hasher.hash_one(id), |candidate| *candidate == slot) {
            found.remove();
        }
        self.slots.remove(slot);
    }

    pub(super) fn slot(&self, id: &str) -> Option<u32> {
        let is_it = |slot: &u32| self.slots.arena.id(*slot) == Some(id.as_bytes());
        self.by_id.find(self.hasher.hash_one(id), is_it).copied()
    }
}

/// The number of a field: its place in the schema.
pub(super) fn field_number(collection: Collection, path: &str) -> Option<FieldNumber> {
    let place = collection.fields.iter().position(|field| field.path == path)?;
    FieldNumber::try_from(place).ok().filter(|number| *number < SEVERAL)
}

/// Hands on the numbers in one field, of numbers in the order of their fields.
fn with_numbers_of(field: FieldNumber, numbers: &[(FieldNumber, i64)], then: impl FnOnce(&[i64])) {
    let start = numbers.partition_point(|(number, _)| *number < field);
    let end = numbers.partition_point(|(number, _)| *number <= field);
    match numbers[start..end] {
        // Most documents have one, which needs no allocation.
        [(_, number)] => then(&[number]),
        ref numbers => then(&numbers.iter().map(|(_, number)| *number).collect::<Vec<i64>>()),
    }
}

fn number_fields(collection: Collection) -> Vec<NumberField> {
    let fields = (0..).zip(collection.fields).filter(|(_, field)| field.is_indexed() && field.is_numeric());
    let field = |(number, field): (FieldNumber, &IndexedField)| {
        let has_order = field.is_sorted && collection.order != Some(field.path);
        NumberField { number, order: has_order.then(OnceLock::new), ..NumberField::default() }
    };
    fields.map(field).collect()
}

fn values(terms: &Terms) -> impl Iterator<Item = (Field, &str)> {
    terms.words.iter().map(|(field, word)| (Field(*field), &**word))
}
