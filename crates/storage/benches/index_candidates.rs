//! Why lists are answered from bitmaps of positions: the ordered index (A) against one
//! order-statistics set for each combination of filter fields (B), on a million documents.
//!
//! B is flattered: its entries are a time and a number instead of a time and an id, and a document
//! has one value for each field only. It still needs 2^fields sets per document.

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use indexset::BTreeSet;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tributary_storage::index::{Field, Keys, OrderKey, OrderedIndex};

/// A million; a few where it only has to run, among the tests.
static DOCUMENTS: LazyLock<u32> = LazyLock::new(|| {
    let measures = std::env::args().any(|argument| argument == "--bench");
    if measures { 1_000_000 } else { 20_000 }
});

/// Values of the fields: statuses, types, connectors.
const VALUES: [u16; 3] = [7, 3, 1000];
const PAGE: usize = 100;

/// For each field its allowed values; no filter if there are none.
type Allowed = [&'static [u16]; 3];

const QUERIES: [(&str, Allowed); 8] = [
    ("no filter", [&[], &[], &[]]),
    ("status", [&[2], &[], &[]]),
    ("connector", [&[], &[], &[77]]),
    ("connector + two types", [&[], &[0, 2], &[77]]),
    ("all three", [&[2], &[1], &[77]]),
    ("status + two types", [&[2], &[0, 2], &[]]),
    ("three statuses", [&[0, 2, 5], &[], &[]]),
    ("status + type", [&[2], &[1], &[]]),
];

/// All documents, present and future: slot, time and id grow together.
struct Documents {
    ids: Vec<String>,
    values: Vec<[u16; 3]>,
    texts: Vec<String>,
}

impl Documents {
    fn new(count: u32) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: u16| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u16::try_from(state % u64::from(below)).unwrap_or_default()
        };
        Self {
            ids: (0..count).map(|slot| format!("job-{slot:08}")).collect(),
            values: (0..count).map(|_| VALUES.map(&mut random)).collect(),
            texts: (0..1000).map(|value| format!("value-{value}")).collect(),
        }
    }

    fn texts(&self, values: [u16; 3]) -> impl Iterator<Item = (Field, &str)> {
        let texts = values.map(|value| self.texts[usize::from(value)].as_str());
        (0..).map(Field).zip(texts)
    }

    fn all(&self) -> impl Iterator<Item = (u32, [u16; 3])> {
        (0..).zip(self.values.iter().copied())
    }
}

impl Keys for Documents {
    fn key(&self, slot: u32) -> OrderKey<'_> {
        OrderKey { number: i64::from(slot / 3), word: "", id: &self.ids[slot as usize] }
    }
}

trait Candidate {
    fn insert(&mut self, documents: &Documents, slot: u32, values: [u16; 3]);
    fn remove(&mut self, slot: u32, values: [u16; 3]);
    fn change(&mut self, documents: &Documents, slot: u32, old: [u16; 3], new: [u16; 3]);
    fn page(&self, documents: &Documents, allowed: &Allowed, from: usize) -> (u64, Vec<u32>);
}

struct Positions(OrderedIndex);

impl Candidate for Positions {
    fn insert(&mut self, documents: &Documents, slot: u32, values: [u16; 3]) {
        self.0.insert(slot, documents, documents.texts(values));
    }

    fn remove(&mut self, slot: u32, _: [u16; 3]) {
        self.0.remove(slot);
    }

    fn change(&mut self, documents: &Documents, slot: u32, _: [u16; 3], new: [u16; 3]) {
        self.0.set_values(slot, documents.texts(new));
    }

    fn page(&self, documents: &Documents, allowed: &Allowed, from: usize) -> (u64, Vec<u32>) {
        let text = |value: &u16| documents.texts[usize::from(*value)].as_str();
        let texts = allowed.map(|values| values.iter().map(text).collect::<Vec<_>>());
        let filters: Vec<(Field, &[&str])> = (0..)
            .map(Field)
            .zip(&texts)
            .filter(|(_, texts)| !texts.is_empty())
            .map(|(field, texts)| (field, &**texts))
            .collect();
        let matching = self.0.matching(&filters);
        (matching.len(), self.0.page(&matching, 0..u32::MAX, from as u64, PAGE))
    }
}

type Entry = (i64, u32);

/// A set for each combination of values; `None` where the combination leaves a field out.
#[derive(Default)]
struct Combinations(HashMap<[Option<u16>; 3], BTreeSet<Entry>>);

impl Combinations {
    fn keys(values: [u16; 3]) -> impl Iterator<Item = [Option<u16>; 3]> {
        (0..8_u8)
            .map(move |fields| [0, 1, 2].map(|field| (fields >> field & 1 == 1).then_some(values[field])))
    }

    fn entry(slot: u32) -> Entry {
        (i64::from(slot / 3), slot)
    }
}

impl Candidate for Combinations {
    fn insert(&mut self, _: &Documents, slot: u32, values: [u16; 3]) {
        for key in Self::keys(values) {
            // Sets of all three fields are small: full-sized nodes would waste most memory.
            let node = if key.contains(&None) { 1024 } else { 64 };
            let set = self.0.entry(key);
            let set = set.or_insert_with(|| BTreeSet::with_maximum_node_size(node));
            set.insert(Self::entry(slot));
        }
    }

    fn remove(&mut self, slot: u32, values: [u16; 3]) {
        for key in Self::keys(values) {
            if let Some(set) = self.0.get_mut(&key) {
                set.remove(&Self::entry(slot));
            }
        }
    }

    fn change(&mut self, documents: &Documents, slot: u32, old: [u16; 3], new: [u16; 3]) {
        self.remove(slot, old);
        self.insert(documents, slot, new);
    }

    fn page(&self, _: &Documents, allowed: &Allowed, from: usize) -> (u64, Vec<u32>) {
        let choices = allowed.map(|values| match values {
            [] => vec![None],
            _ => values.iter().copied().map(Some).collect(),
        });
        let mut sets = Vec::new();
        for &status in &choices[0] {
            for &kind in &choices[1] {
                for &connector in &choices[2] {
                    sets.extend(self.0.get(&[status, kind, connector]));
                }
            }
        }
        let count = sets.iter().map(|set| set.len() as u64).sum();
        let rank = |entry: &Entry| sets.iter().map(|set| set.rank(entry)).sum::<usize>();
        let mut rests: Vec<_> = sets
            .iter()
            .map(|set| {
                let (mut low, mut high) = (0, set.len());
                // With a single set the rank is the index; with more it is found by halving.
                if sets.len() == 1 {
                    (low, high) = (from.min(high), from.min(high));
                }
                while low < high {
                    let middle = low.midpoint(high);
                    if set.get_index(middle).is_some_and(|entry| rank(entry) < from) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                set.range_idx(low..).peekable()
            })
            .collect();
        let next = || {
            let heads = rests.iter_mut().filter_map(|rest| Some((**rest.peek()?, rest)));
            let (_, rest) = heads.min_by_key(|(head, _)| *head)?;
            rest.next().map(|entry| entry.1)
        };
        (count, std::iter::from_fn(next).take(PAGE).collect())
    }
}

fn reads(group: &mut BenchmarkGroup<'_, WallTime>, documents: &Documents, of: &impl Candidate) {
    for (name, allowed) in &QUERIES {
        for from in [0, 9900] {
            group.bench_function(format!("page, {name}, from {from}"), |bencher| {
                bencher.iter(|| of.page(documents, black_box(allowed), from));
            });
        }
    }
}

/// Times only the writes; what each batch wrote is undone before the next one.
fn writes(group: &mut BenchmarkGroup<'_, WallTime>, documents: &Documents, of: &mut impl Candidate) {
    let values = |slot: u32| documents.values[slot as usize];
    let batches = |iterations: u64, batch: &mut dyn FnMut(u32) -> Duration| {
        let most = 10_000;
        let sizes = (0..iterations).step_by(most);
        let sizes = sizes.map(|done| (iterations - done).min(most as u64));
        sizes.map(|size| batch(u32::try_from(size).unwrap_or_default())).sum::<Duration>()
    };
    let scattered = |index: u32| index * 97 % *DOCUMENTS;

    group.bench_function("insert in order", |bencher| {
        bencher.iter_custom(|iterations| {
            batches(iterations, &mut |size| {
                let slots = *DOCUMENTS..*DOCUMENTS + size;
                let start = Instant::now();
                for slot in slots.clone() {
                    of.insert(documents, slot, values(slot));
                }
                let taken = start.elapsed();
                slots.for_each(|slot| of.remove(slot, values(slot)));
                taken
            })
        });
    });
    group.bench_function("change of status", |bencher| {
        bencher.iter_custom(|iterations| {
            batches(iterations, &mut |size| {
                let mut taken = Duration::ZERO;
                for there in [true, false] {
                    let start = Instant::now();
                    for slot in (0..size).map(scattered) {
                        let old = values(slot);
                        let new = [(old[0] + 1) % VALUES[0], old[1], old[2]];
                        let (old, new) = if there { (old, new) } else { (new, old) };
                        of.change(documents, slot, old, new);
                    }
                    taken += start.elapsed();
                }
                taken / 2
            })
        });
    });
    group.bench_function("delete", |bencher| {
        bencher.iter_custom(|iterations| {
            batches(iterations, &mut |size| {
                let slots = (0..size).map(scattered);
                let start = Instant::now();
                slots.clone().for_each(|slot| of.remove(slot, values(slot)));
                let taken = start.elapsed();
                slots.for_each(|slot| of.insert(documents, slot, values(slot)));
                taken
            })
        });
    });
}

fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_u64) * 4096
}

fn filled<C: Candidate>(name: &str, documents: &Documents, mut candidate: C) -> C {
    let before = resident_bytes();
    for (slot, values) in documents.all().take(*DOCUMENTS as usize) {
        candidate.insert(documents, slot, values);
    }
    let bytes = resident_bytes().saturating_sub(before) / u64::from(*DOCUMENTS);
    println!("{name}: about {bytes} resident bytes per document");
    candidate
}

fn candidates(criterion: &mut Criterion) {
    let documents = Documents::new(*DOCUMENTS + 10_000);
    let pairs = [[0, 1], [0, 2], [1, 2]].map(|pair| pair.map(Field));
    let mut positions = filled("A", &documents, Positions(OrderedIndex::with_pairs(3, &pairs)));
    let mut combinations = filled("B", &documents, Combinations::default());
    for (_, allowed) in &QUERIES {
        for from in [0, 500, 9900] {
            let expected = combinations.page(&documents, allowed, from);
            assert_eq!(positions.page(&documents, allowed, from), expected);
        }
    }
    let mut group = criterion.benchmark_group("A");
    reads(&mut group, &documents, &positions);
    writes(&mut group, &documents, &mut positions);
    group.finish();
    let mut group = criterion.benchmark_group("B");
    reads(&mut group, &documents, &combinations);
    writes(&mut group, &documents, &mut combinations);
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = candidates
}
criterion_main!(benches);
