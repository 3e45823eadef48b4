//! Compares the index with a plain list of documents that is sorted and scanned.

use super::{Field, Filter, Keys, OrderKey, OrderedIndex};
use proptest::prelude::*;

/// Fewer than some documents have, so that rows overflow.
const VALUES_PER_SLOT: usize = 2;

#[derive(Clone, Debug)]
struct Document {
    milliseconds: i64,
    id: String,
    values: Vec<(u8, String)>,
}

impl Document {
    fn values(&self) -> impl Iterator<Item = (Field, &str)> {
        let values = self.values.iter();
        values.map(|(field, text)| (Field(*field), text.as_str()))
    }
}

#[derive(Default)]
struct DocumentsBySlot(Vec<Option<Document>>);

impl Keys for DocumentsBySlot {
    fn key(&self, slot: u32) -> OrderKey<'_> {
        let document = self.0[slot as usize].as_ref().expect("only held slots");
        OrderKey { number: document.milliseconds, word: "", id: &document.id }
    }
}

impl DocumentsBySlot {
    fn page(&self, filters: &[Filter<'_>], from: usize, size: usize) -> (u64, Vec<u32>) {
        let passes = |document: &Document| {
            filters.iter().all(|(field, allowed)| {
                let mut values = document.values();
                values.any(|(of, text)| of == *field && allowed.contains(&text))
            })
        };
        let slots = (0..).zip(&self.0);
        let passing = slots.filter(|(_, document)| document.as_ref().is_some_and(passes));
        let mut slots: Vec<u32> = passing.map(|(slot, _)| slot).collect();
        slots.sort_by(|&left, &right| self.key(left).cmp(&self.key(right)));
        let count = slots.len() as u64;
        (count, slots.into_iter().skip(from).take(size).collect())
    }
}

/// The count and the page that the index answers.
fn page(index: &OrderedIndex, filters: &[Filter<'_>], from: usize, size: usize) -> (u64, Vec<u32>) {
    let matching = index.matching(filters);
    (matching.len(), index.page(&matching, 0..u32::MAX, from as u64, size))
}

fn page_from_end(index: &OrderedIndex, filters: &[Filter<'_>], from: usize, size: usize) -> (u64, Vec<u32>) {
    let matching = index.matching(filters);
    (matching.len(), index.page_from_end(&matching, 0..u32::MAX, from as u64, size))
}

struct Pair {
    documents: DocumentsBySlot,
    index: OrderedIndex,
}

impl Pair {
    fn new() -> Self {
        let pairs = [[Field(0), Field(1)], [Field(2), Field(0)]];
        Self {
            documents: DocumentsBySlot::default(),
            index: OrderedIndex::with_pairs(VALUES_PER_SLOT, &pairs),
        }
    }

    fn put(&mut self, slot: usize, document: &Document) {
        let documents = &mut self.documents.0;
        documents.resize(documents.len().max(slot + 1), None);
        documents[slot] = Some(document.clone());
        let slot = u32::try_from(slot).unwrap();
        self.index.insert(slot, &self.documents, document.values());
    }

    fn add(&mut self, milliseconds: i64) {
        let slot = self.documents.0.len();
        let document = Document {
            milliseconds,
            // The sign keeps it from being the id of a document that is put.
            id: format!("{:x}+", slot.wrapping_mul(2_654_435_761) % 100_003),
            values: vec![
                (0, (slot % 7).to_string()),
                (1, (slot % 3).to_string()),
                (2, (slot / 64).to_string()),
            ],
        };
        self.put(slot, &document);
    }

    fn remove(&mut self, slot: usize) {
        let held = self.documents.0.get(slot).is_some_and(Option::is_some);
        let removed = self.index.remove(u32::try_from(slot).unwrap());
        assert_eq!(removed, held);
        if held {
            self.documents.0[slot] = None;
        }
    }

    fn change(&mut self, slot: usize, values: &[(u8, String)]) {
        let document = self.documents.0.get_mut(slot).and_then(Option::as_mut);
        let held = document.is_some();
        if let Some(document) = document {
            document.values = values.to_vec();
        }
        let values = values.iter().map(|(field, text)| (Field(*field), &**text));
        let slot = u32::try_from(slot).unwrap();
        assert_eq!(self.index.set_values(slot, values), held);
    }

    fn load(&mut self, loaded: &[(usize, Document)]) {
        let documents = &mut self.documents.0;
        for (slot, document) in loaded {
            documents.resize(documents.len().max(slot + 1), None);
            // A held slot is only given new values here: its key must not change.
            let key = documents[*slot].take().unwrap_or_else(|| document.clone());
            let values = document.values.clone();
            documents[*slot] = Some(Document { values, ..key });
        }
        let vocabulary = loaded.iter().flat_map(|(_, document)| document.values());
        let mut places = 0..;
        let rows = loaded.iter().map(|(slot, document)| {
            let places: Vec<usize> = places.by_ref().take(document.values.len()).collect();
            (u32::try_from(*slot).unwrap(), places)
        });
        self.index.load(&self.documents, vocabulary, rows);
    }

    fn check(&self, filters: &[Filter<'_>], from: usize, size: usize) {
        let expected = self.documents.page(filters, from, size);
        assert_eq!(page(&self.index, filters, from, size), expected);
        let (count, mut backwards) = self.documents.page(filters, 0, usize::MAX);
        backwards.reverse();
        let backwards = backwards.into_iter().skip(from).take(size).collect();
        assert_eq!(page_from_end(&self.index, filters, from, size), (count, backwards));
    }

    fn check_all(&self) {
        self.check(&[], 0, usize::MAX);
        assert_eq!(self.index.len(), self.documents.page(&[], 0, 0).0);
        for field in 0..4 {
            for value in 0..10 {
                let value = value.to_string();
                self.check(&[(Field(field), &[&value])], 0, usize::MAX);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum IndexStep {
    Put(usize, Document),
    Remove(usize),
    RemoveRun(usize, usize),
    Change(usize, Vec<(u8, String)>),
    Load(Vec<(usize, Document)>),
    Add { first: i64, step: i64, count: i64 },
    Page(Vec<(u8, Vec<String>)>, usize, usize),
}

fn values() -> impl Strategy<Value = Vec<(u8, String)>> {
    let text = (0..8_u8).prop_map(|text| text.to_string());
    prop::collection::vec((0..4_u8, text), 0..6)
}

/// Ids are unique through their slot, but in another order.
fn put() -> impl Strategy<Value = (usize, Document)> {
    let milliseconds = prop_oneof![8 => -3..9_i64, 2 => -2000..2000_i64, 1 => Just(i64::MAX)];
    (0..400_usize, milliseconds, "[a-zé]{0,2}", values()).prop_map(|(slot, milliseconds, prefix, values)| {
        let id = format!("{prefix}{slot}");
        let document = Document { milliseconds, id, values };
        (slot, document)
    })
}

fn step() -> impl Strategy<Value = IndexStep> {
    let slot = || 0..500_usize;
    let texts = prop::collection::vec((0..9_u8).prop_map(|text| text.to_string()), 0..4);
    let filters = prop::collection::vec((0..4_u8, texts), 0..4);
    prop_oneof![
        12 => put().prop_map(|(slot, document)| IndexStep::Put(slot, document)),
        4 => slot().prop_map(IndexStep::Remove),
        2 => (slot(), 1..300_usize).prop_map(|(slot, count)| IndexStep::RemoveRun(slot, count)),
        4 => (slot(), values()).prop_map(|(slot, values)| IndexStep::Change(slot, values)),
        1 => prop::collection::vec(put(), 0..300).prop_map(IndexStep::Load),
        3 => (-2000..2000_i64, -2..3_i64, 1..200_i64)
            .prop_map(|(first, step, count)| IndexStep::Add { first, step, count }),
        12 => (filters, 0..60_usize, 0..60_usize)
            .prop_map(|(filters, from, size)| IndexStep::Page(filters, from, size)),
    ]
}

fn run(steps: Vec<IndexStep>) {
    let mut pair = Pair::new();
    for step in steps {
        match step {
            IndexStep::Put(slot, document) => pair.put(slot, &document),
            IndexStep::Remove(slot) => pair.remove(slot),
            IndexStep::RemoveRun(slot, count) => (slot..slot + count).for_each(|slot| pair.remove(slot)),
            IndexStep::Change(slot, values) => pair.change(slot, &values),
            IndexStep::Load(loaded) => pair.load(&loaded),
            IndexStep::Add { first, step, count } => {
                (0..count).for_each(|index| pair.add(first + index * step));
            }
            IndexStep::Page(filters, from, size) => {
                let texts: Vec<(u8, Vec<&str>)> = filters
                    .iter()
                    .map(|(field, texts)| (*field, texts.iter().map(|text| &**text).collect()))
                    .collect();
                let filters: Vec<Filter<'_>> =
                    texts.iter().map(|(field, texts)| (Field(*field), &**texts)).collect();
                pair.check(&filters, from, size);
            }
        }
    }
    pair.check_all();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_like_a_sorted_and_scanned_list(steps in prop::collection::vec(step(), 1..80)) {
        run(steps);
    }
}

/// Numbers below `count`, each once, in an order without a pattern.
fn shuffled(count: i64) -> impl Iterator<Item = i64> {
    let prime = 7919;
    assert_ne!(count % prime, 0, "every number comes once");
    (0..count).map(move |index| index * prime % count)
}

#[test]
fn documents_may_come_in_descending_order() {
    let mut pair = Pair::new();
    (0..3000).rev().for_each(|milliseconds| pair.add(milliseconds));
    pair.check_all();
}

#[test]
fn documents_may_come_in_random_order() {
    let mut pair = Pair::new();
    shuffled(3000).for_each(|milliseconds| pair.add(milliseconds));
    pair.check_all();
}

#[test]
fn documents_may_all_come_into_one_spot() {
    let ascending = 0..2000;
    let spots: [Vec<i64>; 3] =
        [ascending.clone().collect(), ascending.rev().collect(), shuffled(2000).collect()];
    for spot in spots {
        let mut pair = Pair::new();
        (0..1000).for_each(|milliseconds| pair.add(milliseconds * 10_000));
        for milliseconds in spot {
            pair.add(5_000_001 + milliseconds);
        }
        pair.check_all();
    }
}

#[test]
fn equal_times_are_ordered_by_id() {
    let mut pair = Pair::new();
    (0..2000).for_each(|_| pair.add(7));
    pair.check_all();
}

#[test]
fn a_queue_that_is_filled_and_drained_keeps_its_order() {
    let mut pair = Pair::new();
    for milliseconds in 0..4000_u16 {
        pair.add(milliseconds.into());
        if let Some(oldest) = milliseconds.checked_sub(50) {
            pair.remove(oldest.into());
        }
    }
    pair.check_all();
    (3950..4000).for_each(|slot| pair.remove(slot));
    assert!(pair.index.is_empty());
    pair.add(1);
    pair.check_all();
}

#[test]
fn a_filter_without_a_known_value_lets_nothing_pass() {
    let mut pair = Pair::new();
    (0..10).for_each(|milliseconds| pair.add(milliseconds));
    let nothing = (0, Vec::new());
    assert_eq!(page(&pair.index, &[(Field(0), &[])], 0, 10), nothing);
    assert_eq!(page(&pair.index, &[(Field(200), &["0"])], 0, 10), nothing);
    assert_eq!(page(&pair.index, &[(Field(0), &["?"])], 0, 10), nothing);
    assert_eq!(page(&pair.index, &[], 10, 10), (10, Vec::new()));
    assert_eq!(page(&pair.index, &[], usize::MAX, 10), (10, Vec::new()));
    assert_eq!(page_from_end(&pair.index, &[], 10, 10), (10, Vec::new()));
    assert_eq!(page_from_end(&pair.index, &[], usize::MAX, 10), (10, Vec::new()));
}
