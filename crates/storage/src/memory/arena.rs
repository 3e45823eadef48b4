//! An arena for ids and documents by slot, in large chunks of memory.
//!
//! With an allocation for each, documents of a kilobyte take a quarter more memory, and reading a page of them costs
//! two cache misses for each document.

use super::arena_chunk::ArenaChunk;
use crate::Documents;

/// The size of a chunk: a few huge pages.
const CHUNK_BYTES: usize = if cfg!(test) { 1 << 10 } else { 1 << 22 };
/// A longer text gets a chunk of its own.
const LARGE: usize = CHUNK_BYTES / 32;
/// A chunk with at least so many dead bytes is compacted when room is needed.
const COMPACTED_WASTE: usize = CHUNK_BYTES / 4;
/// Each entry begins with its slot and its whole length.
const HEADER: usize = 8;
/// The chunk number of empty slots.
const NOWHERE: u32 = u32::MAX;
const EMPTY: ArenaEntry = ArenaEntry { chunk: NOWHERE, start: 0, id: 0, document: 0 };

/// Where a slot's id and document are: the chunk, the offset in it, and the two lengths.
#[derive(Debug, Clone, Copy)]
struct ArenaEntry {
    chunk: u32,
    start: u32,
    id: u32,
    document: u32,
}

/// An id and a document under each slot that is taken.
#[derive(Debug, Default)]
pub(super) struct Arena {
    entries: Vec<ArenaEntry>,
    chunks: Vec<ArenaChunk>,
    /// The chunk that is being filled.
    open: Option<usize>,
    /// Numbers of freed chunks.
    vacant: Vec<usize>,
}

impl Arena {
    /// The id in a slot.
    pub(super) fn id(&self, slot: u32) -> Option<&[u8]> {
        self.part(self.entry(slot)?, |entry| (0, entry.id))
    }

    /// The document in a slot.
    pub(super) fn document(&self, slot: u32) -> Option<&[u8]> {
        self.part(self.entry(slot)?, |entry| (entry.id, entry.document))
    }

    /// The documents in these slots.
    pub(super) fn joined(&self, slots: &[u32]) -> Documents {
        // First all entries, then all texts, so that the cache misses overlap.
        let texts: Vec<&[u8]> = slots.iter().filter_map(|slot| self.document(*slot)).collect();
        let bytes = texts.iter().map(|text| text.len()).sum();
        let mut documents = Documents::with_capacity(texts.len(), bytes);
        for text in texts {
            documents.push(text);
        }
        documents
    }

    /// Takes over the entries of another arena, which must have other slots.
    #[cfg(feature = "embedded")]
    pub(super) fn merge(&mut self, other: Self) {
        let (first, slots) = (small(self.chunks.len()), self.entries.len().max(other.entries.len()));
        self.entries.resize(slots, EMPTY);
        for (entry, other) in self.entries.iter_mut().zip(other.entries) {
            if other.chunk != NOWHERE {
                *entry = ArenaEntry { chunk: other.chunk + first, ..other };
            }
        }
        self.vacant.extend(other.vacant.into_iter().map(|number| number + first as usize));
        self.chunks.extend(other.chunks);
    }

    /// Puts an id and a document into a slot and replaces what was there.
    pub(super) fn set(&mut self, slot: u32, id: &str, document: &[u8]) {
        self.remove(slot);
        let length = HEADER + id.len() + document.len();
        let number = self.chunk_with_room(length);
        let chunk = &mut self.chunks[number];
        let entry = ArenaEntry {
            chunk: small(number),
            start: small(chunk.used()),
            id: small(id.len()),
            document: small(document.len()),
        };
        chunk.live += length;
        chunk.push(&slot.to_le_bytes());
        chunk.push(&small(length).to_le_bytes());
        chunk.push(id.as_bytes());
        chunk.push(document);
        if self.entries.len() <= slot as usize {
            self.entries.resize(slot as usize + 1, EMPTY);
        }
        self.entries[slot as usize] = entry;
    }

    /// Empties a slot.
    pub(super) fn remove(&mut self, slot: u32) {
        let Some(entry) = self.entry(slot) else { return };
        self.entries[slot as usize].chunk = NOWHERE;
        let number = entry.chunk as usize;
        let chunk = &mut self.chunks[number];
        chunk.live -= HEADER + entry.id as usize + entry.document as usize;
        if chunk.live > 0 {
            return;
        }
        if self.open == Some(number) {
            chunk.truncate(0);
        } else {
            *chunk = ArenaChunk::NONE;
            self.vacant.push(number);
        }
    }

    fn entry(&self, slot: u32) -> Option<ArenaEntry> {
        self.entries.get(slot as usize).copied().filter(|entry| entry.chunk != NOWHERE)
    }

    fn part(&self, entry: ArenaEntry, part: impl FnOnce(ArenaEntry) -> (u32, u32)) -> Option<&[u8]> {
        let (offset, length) = part(entry);
        let start = entry.start as usize + HEADER + offset as usize;
        self.chunks[entry.chunk as usize].bytes(start..start + length as usize)
    }

    /// The number of a chunk with so many free bytes.
    fn chunk_with_room(&mut self, length: usize) -> usize {
        if length > LARGE {
            return self.add_chunk(length);
        }
        if let Some(open) = self.open.filter(|open| self.chunks[*open].used() + length <= CHUNK_BYTES) {
            return open;
        }
        let waste = |chunk: &ArenaChunk| chunk.used() - chunk.live;
        let wasteful = self.chunks.iter().enumerate().max_by_key(|(_, chunk)| waste(chunk));
        let number = match wasteful {
            Some((number, chunk)) if waste(chunk) >= COMPACTED_WASTE => {
                self.compact(number);
                number
            }
            _ => self.add_chunk(CHUNK_BYTES),
        };
        self.open = Some(number);
        number
    }

    fn add_chunk(&mut self, capacity: usize) -> usize {
        let chunk = ArenaChunk::new(capacity);
        if let Some(number) = self.vacant.pop() {
            self.chunks[number] = chunk;
            return number;
        }
        self.chunks.push(chunk);
        self.chunks.len() - 1
    }

    /// Moves the live entries to the start of a chunk.
    fn compact(&mut self, number: usize) {
        let chunk = &mut self.chunks[number];
        let (mut read, mut write) = (0, 0);
        while let Some((slot, length)) = header(chunk.from(read)) {
            let entry = self
                .entries
                .get_mut(slot)
                .filter(|entry| (entry.chunk as usize, entry.start as usize) == (number, read));
            if let Some(entry) = entry {
                chunk.move_to(write, read..read + length);
                entry.start = small(write);
                write += length;
            }
            read += length;
        }
        chunk.truncate(write);
    }
}

/// The slot and the length in a header.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let (slot, rest) = bytes.split_first_chunk()?;
    let (length, _) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*slot) as usize, u32::from_le_bytes(*length) as usize))
}

/// Lengths of texts and numbers of chunks.
///
/// # Panics
/// At four gigabytes for one document, or a thousand times that for all.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("documents are shorter than four gigabytes")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum ArenaStep {
        Set(u32, String, usize),
        Remove(u32),
    }

    fn step() -> impl Strategy<Value = ArenaStep> {
        prop_oneof![
            3 => (0..40_u32, "[a-zé]{0,9}", 0..300_usize).prop_map(|(slot, id, length)| ArenaStep::Set(slot, id, length)),
            2 => (0..40_u32).prop_map(ArenaStep::Remove),
        ]
    }

    fn check(arena: &Arena, expected: &BTreeMap<u32, (String, Vec<u8>)>) {
        for slot in 0..41 {
            let found = arena.id(slot).zip(arena.document(slot));
            let expected = expected.get(&slot).map(|(id, document)| (id.as_bytes(), document.as_slice()));
            assert_eq!(found, expected, "slot {slot}");
        }
        let slots: Vec<u32> = expected.keys().copied().collect();
        let joined = arena.joined(&slots);
        assert!(joined.iter().eq(expected.values().map(|(_, document)| document.as_slice())));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_latest_value_of_a_slot_is_found(steps in prop::collection::vec(step(), 0..400)) {
            let (mut arena, mut expected) = (Arena::default(), BTreeMap::new());
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    ArenaStep::Set(slot, id, length) => {
                        let document = vec![u8::try_from(number % 251).unwrap(); length];
                        arena.set(slot, &id, &document);
                        expected.insert(slot, (id, document));
                    }
                    ArenaStep::Remove(slot) => {
                        arena.remove(slot);
                        expected.remove(&slot);
                    }
                }
            }
            check(&arena, &expected);
        }
    }

    #[test]
    fn memory_does_not_grow_when_documents_are_replaced() {
        let mut arena = Arena::default();
        for number in 0..20_000_u32 {
            arena.set(number % 20, "an id", &vec![0; 50 + number as usize % 30]);
        }
        let live = 20 * (HEADER + 5 + 80);
        let held: usize = arena.chunks.iter().map(ArenaChunk::capacity).sum();
        assert!(held <= 3 * live.max(CHUNK_BYTES), "{held} bytes for {live}");
        for slot in 0..20 {
            arena.remove(slot);
        }
        let held: usize = arena.chunks.iter().map(ArenaChunk::capacity).sum();
        assert!(held <= CHUNK_BYTES, "{held} bytes for nothing");
    }
}
