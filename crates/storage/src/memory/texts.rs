//! The texts of documents by slot, many together in large pieces of memory.
//!
//! Allocated one by one, documents of a kilobyte cost a quarter more than they are long, and a page
//! of them touches twice as many places of memory as it has documents.

use super::piece::Piece;
use crate::Documents;

/// The size of a piece: a few huge pages.
const PIECE: usize = if cfg!(test) { 1 << 10 } else { 1 << 22 };
/// A longer text gets a piece of its own.
const LARGE: usize = PIECE / 32;
/// A piece with so many bytes that nobody needs any more is put in order when room is needed.
const WASTE: usize = PIECE / 4;
/// Before each text stands its slot and how long all of it is.
const HEADER: usize = 8;
/// The slots that hold nothing say that it is in this piece.
const NOWHERE: u32 = u32::MAX;
const EMPTY: Place = Place { piece: NOWHERE, start: 0, id: 0, document: 0 };

#[derive(Debug, Clone, Copy)]
struct Place {
    piece: u32,
    start: u32,
    id: u32,
    document: u32,
}

/// An id and a document under each slot that is taken.
#[derive(Debug, Default)]
pub(super) struct Texts {
    places: Vec<Place>,
    pieces: Vec<Piece>,
    /// The piece that is being filled.
    open: Option<usize>,
    /// Numbers of pieces that were given back.
    vacant: Vec<usize>,
}

impl Texts {
    /// The id in a slot.
    pub(super) fn id(&self, slot: u32) -> Option<&[u8]> {
        self.part(self.place(slot)?, |place| (0, place.id))
    }

    /// The document in a slot.
    pub(super) fn document(&self, slot: u32) -> Option<&[u8]> {
        self.part(self.place(slot)?, |place| (place.id, place.document))
    }

    /// The documents in these slots.
    pub(super) fn joined(&self, slots: &[u32]) -> Documents {
        // First all places, then all texts: what the processor has to wait for then overlaps.
        let texts: Vec<&[u8]> = slots.iter().filter_map(|slot| self.document(*slot)).collect();
        let bytes = texts.iter().map(|text| text.len()).sum();
        let mut documents = Documents::with_capacity(texts.len(), bytes);
        for text in texts {
            documents.push(text);
        }
        documents
    }

    /// Takes what another has, under other slots.
    #[cfg(feature = "embedded")]
    pub(super) fn merge(&mut self, other: Self) {
        let (first, slots) = (small(self.pieces.len()), self.places.len().max(other.places.len()));
        self.places.resize(slots, EMPTY);
        for (place, other) in self.places.iter_mut().zip(other.places) {
            if other.piece != NOWHERE {
                *place = Place { piece: other.piece + first, ..other };
            }
        }
        self.vacant.extend(other.vacant.into_iter().map(|number| number + first as usize));
        self.pieces.extend(other.pieces);
    }

    /// Puts an id and a document into a slot, in the place of what was there.
    pub(super) fn set(&mut self, slot: u32, id: &str, document: &[u8]) {
        self.remove(slot);
        let length = HEADER + id.len() + document.len();
        let number = self.room(length);
        let piece = &mut self.pieces[number];
        let place = Place {
            piece: small(number),
            start: small(piece.used()),
            id: small(id.len()),
            document: small(document.len()),
        };
        piece.live += length;
        piece.push(&slot.to_le_bytes());
        piece.push(&small(length).to_le_bytes());
        piece.push(id.as_bytes());
        piece.push(document);
        if self.places.len() <= slot as usize {
            self.places.resize(slot as usize + 1, EMPTY);
        }
        self.places[slot as usize] = place;
    }

    /// Empties a slot.
    pub(super) fn remove(&mut self, slot: u32) {
        let Some(place) = self.place(slot) else { return };
        self.places[slot as usize].piece = NOWHERE;
        let number = place.piece as usize;
        let piece = &mut self.pieces[number];
        piece.live -= HEADER + place.id as usize + place.document as usize;
        if piece.live > 0 {
            return;
        }
        if self.open == Some(number) {
            piece.truncate(0);
        } else {
            *piece = Piece::NONE;
            self.vacant.push(number);
        }
    }

    fn place(&self, slot: u32) -> Option<Place> {
        self.places.get(slot as usize).copied().filter(|place| place.piece != NOWHERE)
    }

    fn part(&self, place: Place, part: impl FnOnce(Place) -> (u32, u32)) -> Option<&[u8]> {
        let (offset, length) = part(place);
        let start = place.start as usize + HEADER + offset as usize;
        self.pieces[place.piece as usize].bytes(start..start + length as usize)
    }

    /// A piece with so many free bytes.
    fn room(&mut self, length: usize) -> usize {
        if length > LARGE {
            return self.add_piece(length);
        }
        if let Some(open) = self.open.filter(|open| self.pieces[*open].used() + length <= PIECE) {
            return open;
        }
        let waste = |piece: &Piece| piece.used() - piece.live;
        let wasteful = self.pieces.iter().enumerate().max_by_key(|(_, piece)| waste(piece));
        let number = match wasteful {
            Some((number, piece)) if waste(piece) >= WASTE => {
                self.tidy(number);
                number
            }
            _ => self.add_piece(PIECE),
        };
        self.open = Some(number);
        number
    }

    fn add_piece(&mut self, capacity: usize) -> usize {
        let piece = Piece::new(capacity);
        if let Some(number) = self.vacant.pop() {
            self.pieces[number] = piece;
            return number;
        }
        self.pieces.push(piece);
        self.pieces.len() - 1
    }

    /// Moves what is needed to the start of a piece.
    fn tidy(&mut self, number: usize) {
        let piece = &mut self.pieces[number];
        let (mut read, mut write) = (0, 0);
        while let Some((slot, length)) = header(piece.from(read)) {
            let place = self
                .places
                .get_mut(slot)
                .filter(|place| (place.piece as usize, place.start as usize) == (number, read));
            if let Some(place) = place {
                piece.move_to(write, read..read + length);
                place.start = small(write);
                write += length;
            }
            read += length;
        }
        piece.truncate(write);
    }
}

/// The slot and the length that a header says.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let (slot, rest) = bytes.split_first_chunk()?;
    let (length, _) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*slot) as usize, u32::from_le_bytes(*length) as usize))
}

/// Lengths of texts and numbers of pieces.
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
    enum Step {
        Set(u32, String, usize),
        Remove(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..40_u32, "[a-zé]{0,9}", 0..300_usize).prop_map(|(slot, id, length)| Step::Set(slot, id, length)),
            2 => (0..40_u32).prop_map(Step::Remove),
        ]
    }

    fn check(texts: &Texts, expected: &BTreeMap<u32, (String, Vec<u8>)>) {
        for slot in 0..41 {
            let found = texts.id(slot).zip(texts.document(slot));
            let expected = expected.get(&slot).map(|(id, document)| (id.as_bytes(), document.as_slice()));
            assert_eq!(found, expected, "slot {slot}");
        }
        let slots: Vec<u32> = expected.keys().copied().collect();
        let joined = texts.joined(&slots);
        assert!(joined.iter().eq(expected.values().map(|(_, document)| document.as_slice())));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_put_in_last_is_found(steps in prop::collection::vec(step(), 0..400)) {
            let (mut texts, mut expected) = (Texts::default(), BTreeMap::new());
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Set(slot, id, length) => {
                        let document = vec![u8::try_from(number % 251).unwrap(); length];
                        texts.set(slot, &id, &document);
                        expected.insert(slot, (id, document));
                    }
                    Step::Remove(slot) => {
                        texts.remove(slot);
                        expected.remove(&slot);
                    }
                }
            }
            check(&texts, &expected);
        }
    }

    #[test]
    fn documents_that_change_again_and_again_need_no_more_memory() {
        let mut texts = Texts::default();
        for number in 0..20_000_u32 {
            texts.set(number % 20, "an id", &vec![0; 50 + number as usize % 30]);
        }
        let live = 20 * (HEADER + 5 + 80);
        let held: usize = texts.pieces.iter().map(Piece::capacity).sum();
        assert!(held <= 3 * live.max(PIECE), "{held} bytes for {live}");
        for slot in 0..20 {
            texts.remove(slot);
        }
        let held: usize = texts.pieces.iter().map(Piece::capacity).sum();
        assert!(held <= PIECE, "{held} bytes for nothing");
    }
}
