//! The sync jobs: rendered documents in slots, found by id and by the index.

use bytes::Bytes;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use tributary_domain::{FilterField, SyncJobQuery};

use super::operation::{Record, Terms, stored};
use crate::index::{Field, Keys, OrderedIndex, SortKey};
use crate::{Page, Stored, Version, Versioned};

/// How many slots a walk through all documents looks at in one step.
const PORTION: usize = 1_024;

#[derive(Debug)]
struct Entry {
    id: Box<str>,
    rendered: Bytes,
    milliseconds: i64,
    sequence: u64,
}

/// The documents by slot; a slot is used again after its document is removed.
#[derive(Debug, Default)]
struct Slots {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
}

impl Slots {
    fn get(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// Keeps an entry in a free slot.
    ///
    /// # Panics
    /// At four thousand million documents, which no memory holds.
    fn add(&mut self, entry: Entry) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.entries[slot as usize] = Some(entry);
            return slot;
        }
        self.entries.push(Some(entry));
        u32::try_from(self.entries.len() - 1).expect("fewer documents than slots")
    }
}

impl Keys for Slots {
    fn key(&self, slot: u32) -> SortKey<'_> {
        self.get(slot).map_or(SortKey { milliseconds: i64::MAX, id: "" }, |entry| SortKey {
            milliseconds: entry.milliseconds,
            id: &entry.id,
        })
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
            index: OrderedIndex::new(FilterField::ALL.len()),
        }
    }
}

impl SyncJobs {
    pub(super) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<Versioned> {
        let entry = self.slots.get(self.slot(id)?)?;
        let version = Version { sequence: entry.sequence, term: 0 };
        Some(Versioned { version, document: entry.rendered.clone() })
    }

    pub(super) fn sequence(&self, id: &str) -> Option<u64> {
        Some(self.slots.get(self.slot(id)?)?.sequence)
    }

    pub(super) fn list(&self, query: &SyncJobQuery) -> Page {
        let words: Vec<(Field, Vec<&str>)> = query
            .filters
            .iter()
            .map(|filter| (index_field(filter.field), filter.words.iter().map(String::as_str).collect()))
            .collect();
        let filters: Vec<(Field, &[&str])> =
            words.iter().map(|(field, words)| (*field, words.as_slice())).collect();
        let (count, slots) = self.index.page(&filters, query.from as usize, query.size as usize);
        let rendered = |slot: u32| self.slots.get(slot).map(|entry| entry.rendered.clone());
        Page { count, documents: slots.into_iter().filter_map(rendered).collect() }
    }

    /// The documents in the next slots from `place` on, and where to go on.
    pub(super) fn portion(&self, place: usize) -> (Vec<Stored>, Option<usize>) {
        let end = place.saturating_add(PORTION).min(self.slots.entries.len());
        let slots = self.slots.entries.get(place..end).unwrap_or_default();
        let documents = slots.iter().flatten().filter_map(|entry| stored(&entry.id, entry.rendered.clone()));
        (documents.collect(), (end < self.slots.entries.len()).then_some(end))
    }

    pub(super) fn apply(&mut self, id: &str, record: Option<Record>, sequence: u64) {
        let present = self.slot(id);
        match (present, record) {
            (Some(slot), None) => self.remove(id, slot),
            (present, Some(Record { rendered, terms: Terms::SyncJob { milliseconds, words } })) => {
                let entry = Entry { id: id.into(), rendered, milliseconds, sequence };
                let words = words.iter().map(|(field, word)| (index_field(*field), word.as_str()));
                match present {
                    Some(slot) if self.slots.key(slot).milliseconds == milliseconds => {
                        self.slots.entries[slot as usize] = Some(entry);
                        self.index.set_values(slot, words);
                    }
                    Some(slot) => {
                        self.slots.entries[slot as usize] = Some(entry);
                        self.index.insert(slot, &self.slots, words);
                    }
                    None => {
                        let slot = self.add(entry);
                        self.index.insert(slot, &self.slots, words);
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes many new documents at once, in any order, each with its sequence number.
    pub(super) fn load(&mut self, documents: Vec<(String, Record, u64)>) {
        self.slots.entries.reserve_exact(documents.len());
        let hasher = self.hasher.clone();
        let slots = &self.slots;
        self.by_id.reserve(documents.len(), |slot| hasher.hash_one(slots.key(*slot).id));
        let mut words_by_slot = Vec::with_capacity(documents.len());
        for (id, Record { rendered, terms }, sequence) in documents {
            let Terms::SyncJob { milliseconds, words } = terms else { continue };
            let slot = self.add(Entry { id: id.into_boxed_str(), rendered, milliseconds, sequence });
            words_by_slot.push((slot, words));
        }
        let documents = words_by_slot.iter().map(|(slot, words)| {
            (*slot, words.iter().map(|(field, word)| (index_field(*field), word.as_str())))
        });
        self.index.load(&self.slots, documents);
    }

    fn add(&mut self, entry: Entry) -> u32 {
        let hash = self.hasher.hash_one(&*entry.id);
        let slot = self.slots.add(entry);
        let (hasher, slots) = (self.hasher.clone(), &self.slots);
        self.by_id.insert_unique(hash, slot, |slot| hasher.hash_one(slots.key(*slot).id));
        slot
    }

    fn remove(&mut self, id: &str, slot: u32) {
        self.index.remove(slot);
        if let Ok(found) = self.by_id.find_entry(self.hasher.hash_one(id), |candidate| *candidate == slot) {
            found.remove();
        }
        self.slots.entries[slot as usize] = None;
        self.slots.free.push(slot);
    }

    fn slot(&self, id: &str) -> Option<u32> {
        let is_it = |slot: &u32| self.slots.get(*slot).is_some_and(|entry| &*entry.id == id);
        self.by_id.find(self.hasher.hash_one(id), is_it).copied()
    }
}

/// The index numbers the fields in the order in which they are declared.
fn index_field(field: FilterField) -> Field {
    Field(field as u8)
}
