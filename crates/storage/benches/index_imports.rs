//! How long documents take that do not come in order, and a bulk load: averages and worst pauses.

use std::time::{Duration, Instant};
use tributary_storage::index::{Field, Keys, OrderKey, OrderedIndex};

struct Documents {
    /// How many are there before an import.
    present: u32,
    /// How many an import brings.
    imported: u32,
    times: Vec<i64>,
    ids: Vec<String>,
    texts: Vec<String>,
}

impl Keys for Documents {
    fn key(&self, slot: u32) -> OrderKey<'_> {
        let slot = slot as usize;
        OrderKey { number: self.times[slot], word: "", id: &self.ids[slot] }
    }
}

impl Documents {
    /// Present documents are a million milliseconds apart, in slot order.
    fn new(present: u32, imported: u32) -> Self {
        let count = present + imported;
        Self {
            present,
            imported,
            times: (0..count).map(|slot| i64::from(slot) * 1_000_000).collect(),
            ids: (0..count).map(|slot| format!("job-{slot:08}")).collect(),
            texts: (0..1000).map(|value| format!("value-{value}")).collect(),
        }
    }

    fn values(&self, slot: u32) -> impl Iterator<Item = (Field, &str)> {
        let random = scattered(slot) as usize;
        let text = |value: usize| self.texts[value].as_str();
        [(Field(0), text(random % 7)), (Field(1), text(random / 7 % 3)), (Field(2), text(random / 21 % 1000))]
            .into_iter()
    }
}

fn scattered(number: u32) -> u32 {
    let mut number = number.wrapping_add(0x9e37_79b9);
    number = (number ^ number >> 16).wrapping_mul(0x21f0_aaad);
    number = (number ^ number >> 15).wrapping_mul(0x735a_2d97);
    number ^ number >> 15
}

fn loaded(documents: &Documents) -> OrderedIndex {
    let mut index = OrderedIndex::new(3);
    let slots = 0..documents.present;
    let vocabulary = slots.clone().flat_map(|slot| documents.values(slot));
    // Each document has three words of its own, whether others have them too or not.
    index.load(documents, vocabulary, slots.map(|slot| (slot, (3 * slot as usize..).take(3))));
    index
}

fn import(name: &str, documents: &mut Documents, index: &mut OrderedIndex, time: impl Fn(i64) -> i64) {
    let (present, all) = (documents.present, documents.imported);
    for imported in 0..all {
        documents.times[(present + imported) as usize] = time(i64::from(imported));
    }
    let (mut total, mut worst) = (Duration::ZERO, Duration::ZERO);
    for slot in present..present + all {
        let start = Instant::now();
        index.insert(slot, documents, documents.values(slot));
        let taken = start.elapsed();
        total += taken;
        worst = worst.max(taken);
    }
    let average = total / all;
    println!("{name:45} average {average:9.2?} worst {worst:9.2?}");
    let slots = index.page(&index.matching(&[]), 0..u32::MAX, 0, usize::MAX);
    assert!(slots.is_sorted_by_key(|&slot| documents.times[slot as usize]));
}

fn drain(name: &str, documents: &Documents, slot: impl Fn(u32) -> u32) {
    let mut index = loaded(documents);
    let (mut total, mut worst) = (Duration::ZERO, Duration::ZERO);
    for slot in (0..documents.present).map(slot) {
        let start = Instant::now();
        index.remove(slot);
        let taken = start.elapsed();
        total += taken;
        worst = worst.max(taken);
    }
    assert!(index.is_empty());
    let average = total / documents.present;
    println!("{name:45} average {average:9.2?} worst {worst:9.2?}");
}

type Time = Box<dyn Fn(i64) -> i64>;

fn main() {
    // Among the tests it only has to run; `cargo bench` measures.
    let measures = std::env::args().any(|argument| argument == "--bench");
    let (present, imported) = if measures { (1_000_000, 100_000) } else { (1_000, 100) };
    let mut documents = Documents::new(present, imported);
    let start = Instant::now();
    drop(loaded(&documents));
    println!("bulk load of {present}: {:.2?}", start.elapsed());

    let last = i64::from(imported);
    let random = move |n: i64| i64::from(scattered(u32::try_from(n).unwrap_or_default()));
    let middle = i64::from(present / 2) * 1_000_000;
    let everywhere = i64::from(present) * 1_000_000;
    let imports: [(&str, Time); 7] = [
        ("in order at the end", Box::new(move |n| everywhere + n)),
        ("descending at the front", Box::new(|n| -n)),
        ("random times", Box::new(move |n| random(n) * 977 % everywhere)),
        ("one spot in the middle, ascending", Box::new(move |n| middle + 1 + n)),
        ("one spot in the middle, descending", Box::new(move |n| middle + last - n)),
        ("one spot in the middle, random", Box::new(move |n| middle + 1 + random(n) % 999_999)),
        (
            "one spot, from both sides inwards",
            Box::new(move |n| middle + if n % 2 == 0 { n + 1 } else { 999_999 - n }),
        ),
    ];
    for (name, time) in &imports {
        let mut empty = OrderedIndex::new(3);
        import(&format!("into an empty index: {name}"), &mut documents, &mut empty, time);
    }
    for (name, time) in &imports {
        let mut index = loaded(&documents);
        import(&format!("into {present}: {name}"), &mut documents, &mut index, time);
    }
    drain("delete all, oldest first", &documents, |n| n);
    drain("delete all, scattered", &documents, |n| {
        // The prime does not divide the count, so every slot comes once.
        u32::try_from(u64::from(n) * 700_001 % u64::from(present)).unwrap_or_default()
    });
}
