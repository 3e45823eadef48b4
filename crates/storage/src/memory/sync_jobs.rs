//! The sync jobs: rendered documents in slots, found by id and by the index.

use bytes::Bytes;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use tributary_domain::{FilterField, SortOrder, SyncJobQuery};

#[cfg(feature = "embedded")]
use super::batch::{Batch, Row};
use super::operation::{Record, Terms, stored};
use super::texts::Texts;
use crate::index::{Field, Keys, OrderedIndex, SortKey};
use crate::{Page, Stored, Version, Versioned};

/// How many slots a walk through all documents looks at in one step.
const PORTION: usize = 1_024;

/// What is kept of a document beside its text.
#[derive(Debug, Clone, Copy, Default)]
struct Stamp {
    milliseconds: i64,
    sequence: u64,
}

/// The documents by slot; a slot is used again after its document is removed.
#[derive(Debug, Default)]
struct Slots {
    texts: Texts,
    stamps: Vec<Stamp>,
    free: Vec<u32>,
}

impl Slots {
    /// Keeps a document in a free slot.
    ///
    /// # Panics
    /// At four thousand million documents, which no memory holds.
    fn add(&mut self, id: &str, document: &[u8], stamp: Stamp) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.stamps.push(stamp);
            u32::try_from(self.stamps.len() - 1).expect("fewer documents than slots")
        });
        self.set(slot, id, document, stamp);
        slot
    }

    fn set(&mut self, slot: u32, id: &str, document: &[u8], stamp: Stamp) {
        self.stamps[slot as usize] = stamp;
        self.texts.set(slot, id, document);
    }

    fn remove(&mut self, slot: u32) {
        self.texts.remove(slot);
        self.free.push(slot);
    }

    fn id(&self, slot: u32) -> &str {
        self.texts.id(slot).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default()
    }
}

impl Keys for Slots {
    fn key(&self, slot: u32) -> SortKey<'_> {
        SortKey { milliseconds: self.stamps[slot as usize].milliseconds, id: self.id(slot) }
    }
}

pub(super) struct SyncJobs {
    slots: Slots,
    /// The slots by the hash of the id; the ids themselves stand in the entries.
    by_id: HashTable<u32>,
    hasher: RandomState,
    index: OrderedIndex,
}

impl Default for SyncJobs {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            by_id: HashTable::new(),
            hasher: RandomState::default(),
            index: OrderedIndex::with_pairs(FilterField::ALL.len(), &pairs()),
        }
    }
}

impl SyncJobs {
    #[cfg(feature = "embedded")]
    pub(super) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<Versioned> {
        let slot = self.slot(id)?;
        let version = Version { sequence: self.slots.stamps[slot as usize].sequence, term: 0 };
        Some(Versioned { version, document: Bytes::copy_from_slice(self.slots.texts.document(slot)?) })
    }

    pub(super) fn sequence(&self, id: &str) -> Option<u64> {
        Some(self.slots.stamps[self.slot(id)? as usize].sequence)
    }

    pub(super) fn list(&self, query: &SyncJobQuery) -> Page {
        let words: Vec<(Field, Vec<&str>)> = query
            .filters
            .iter()
            .map(|filter| (index_field(filter.field), filter.words.iter().map(String::as_str).collect()))
            .collect();
        let filters: Vec<(Field, &[&str])> =
            words.iter().map(|(field, words)| (*field, words.as_slice())).collect();
        let (from, size) = (query.from as usize, query.size as usize);
        let (count, slots) = match query.order {
            SortOrder::Ascending => self.index.page(&filters, from, size),
            SortOrder::Descending => self.index.page_from_end(&filters, from, size),
        };
        Page { count, documents: self.slots.texts.joined(&slots) }
    }

    /// The documents in the next slots from `place` on, and where to go on.
    pub(super) fn portion(&self, place: usize) -> (Vec<Stored>, Option<usize>) {
        let slots = self.slots.stamps.len();
        let end = place.saturating_add(PORTION).min(slots);
        let texts = &self.slots.texts;
        let document = |slot| stored(self.slots.id(slot), Bytes::copy_from_slice(texts.document(slot)?));
        // Slots are numbered by `u32` and end where the stamps do.
        let documents = (0..).take(end).skip(place).filter_map(document);
        (documents.collect(), (end < slots).then_some(end))
    }

    pub(super) fn apply(&mut self, id: &str, record: Option<Record>, sequence: u64) {
        let present = self.slot(id);
        match (present, record) {
            (Some(slot), None) => self.remove(id, slot),
            (present, Some(Record { rendered, terms: Terms::SyncJob { milliseconds, words } })) => {
                let stamp = Stamp { milliseconds, sequence };
                let words = words.iter().map(|(field, word)| (index_field(*field), word.as_str()));
                let Some(slot) = present else {
                    let slot = self.slots.add(id, &rendered, stamp);
                    self.note_id(slot);
                    self.index.insert(slot, &self.slots, words);
                    return;
                };
                let stays = self.slots.stamps[slot as usize].milliseconds == milliseconds;
                self.slots.set(slot, id, &rendered, stamp);
                if stays {
                    self.index.set_values(slot, words);
                } else {
                    self.index.insert(slot, &self.slots, words);
                }
            }
            _ => {}
        }
    }

    /// Takes many documents into an empty store, each with a slot of its own and no slot left out.
    #[cfg(feature = "embedded")]
    pub(super) fn load(&mut self, batches: Vec<Batch>) {
        let count = batches.iter().map(|batch| batch.rows.len()).sum();
        self.slots.stamps.resize(count, Stamp::default());
        let mut loaded = Vec::with_capacity(batches.len());
        for mut batch in batches {
            self.slots.texts.merge(std::mem::take(&mut batch.texts));
            for Row { slot, milliseconds, sequence, .. } in &batch.rows {
                self.slots.stamps[*slot as usize] =
                    Stamp { milliseconds: *milliseconds, sequence: *sequence };
            }
            loaded.push(batch);
        }
        let Self { slots, by_id, hasher, index } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let hash = |slot: &u32| hasher.hash_one(slots.id(*slot));
                by_id.reserve(count, hash);
                for slot in (0..).take(count) {
                    by_id.insert_unique(hash(&slot), slot, hash);
                }
            });
            let vocabulary = loaded.iter().flat_map(Batch::vocabulary);
            let vocabulary = vocabulary.map(|(field, word)| (index_field(field), word));
            // The words of each batch stand behind those of the batches before it.
            let mut next = 0;
            let documents = loaded.iter().flat_map(|batch| {
                let first = next;
                next += batch.vocabulary().len();
                batch.words().map(move |(slot, places)| (slot, places.map(move |place| first + place)))
            });
            index.load(slots, vocabulary, documents);
        });
    }

    fn note_id(&mut self, slot: u32) {
        let hash = |slot: &u32| self.hasher.hash_one(self.slots.id(*slot));
        self.by_id.insert_unique(hash(&slot), slot, hash);
    }

    fn remove(&mut self, id: &str, slot: u32) {
        self.index.remove(slot);
        if let Ok(found) = self.by_id.find_entry(self.hasher.hash_one(id), |candidate| *candidate == slot) {
            found.remove();
        }
        self.slots.remove(slot);
    }

    fn slot(&self, id: &str) -> Option<u32> {
        let is_it = |slot: &u32| self.slots.texts.id(*slot) == Some(id.as_bytes());
        self.by_id.find(self.hasher.hash_one(id), is_it).copied()
    }
}

fn pairs() -> Vec<[Field; 2]> {
    FilterField::PAIRS.iter().map(|pair| pair.map(index_field)).collect()
}

/// The index numbers the fields in the order in which they are declared.
fn index_field(field: FilterField) -> Field {
    Field(field as u8)
}
