//! Why documents lie together in large pieces of memory that are compacted: huge pages (A) against pages of the
//! usual size (B) and an allocation for each document (C), by how long it takes to fill them and to join a page of 100,
//! and how much memory a document needs; and what the pieces would take if nothing were moved together.

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use memmap2::{Advice, MmapMut};

// As the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The size of a document and its id.
const LENGTH: usize = 900 + 36;
/// The size of a piece, as in `src/memory/texts.rs`.
const PIECE: usize = 1 << 22;
const IN_A_PIECE: usize = PIECE / LENGTH;
/// How many documents a page has.
const PAGE: usize = 100;
/// How many pages are read in a round.
const PAGES: usize = 2_000;
const ROUNDS: usize = 9;

/// Documents by their numbers.
trait Documents {
    fn document(&self, number: usize) -> &[u8];
}

/// An allocation for each.
struct Allocated(Vec<Box<[u8]>>);

impl Documents for Allocated {
    fn document(&self, number: usize) -> &[u8] {
        &self.0[number]
    }
}

/// One after the other in pieces, with the place of each, as an update would move it.
struct Pieces {
    pieces: Vec<MmapMut>,
    places: Vec<(u32, u32)>,
}

impl Pieces {
    fn new(count: usize, are_huge: bool) -> Self {
        let mut pieces = Vec::new();
        let mut places = Vec::with_capacity(count);
        for number in 0..count {
            if number.is_multiple_of(IN_A_PIECE) {
                let piece = MmapMut::map_anon(PIECE).expect("there is memory");
                #[cfg(target_os = "linux")]
                piece
                    .advise(if are_huge { Advice::HugePage } else { Advice::NoHugePage })
                    .expect("Linux has huge pages");
                pieces.push(piece);
            }
            let start = number % IN_A_PIECE * LENGTH;
            let last = pieces.len() - 1;
            pieces[last][start..start + LENGTH].fill(b'x');
            places.push((small(last), small(start)));
        }
        Self { pieces, places }
    }
}

impl Documents for Pieces {
    fn document(&self, number: usize) -> &[u8] {
        let (piece, start) = self.places[number];
        &self.pieces[piece as usize][start as usize..start as usize + LENGTH]
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// For how long this thread has had a processor: what other programs take does not count. Where the system does not
/// say, the time since a start.
fn worked(since: Instant) -> Duration {
    let worked = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = worked.and_then(|worked| worked.split(' ').next()?.parse().ok());
    worked.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Where the documents of a page are, from its first on.
type Place = fn(usize) -> usize;

/// Joins pages of documents, each page with those that follow a number; microseconds for a page.
#[allow(clippy::cast_precision_loss, reason = "few pages")]
fn read_pages(documents: &dyn Documents, count: usize, place: Place) -> f64 {
    let since = Instant::now();
    let start = worked(since);
    for page in 0..PAGES {
        let first = page * 7_919;
        let found = (0..PAGE).map(|number| documents.document((first + place(number)) % count));
        let found: Vec<&[u8]> = found.collect();
        let mut body = Vec::with_capacity(found.iter().map(|text| text.len() + 1).sum());
        for text in found {
            body.extend_from_slice(text);
            body.push(b',');
        }
        black_box(body);
    }
    worked(since).saturating_sub(start).as_secs_f64() * 1e6 / PAGES as f64
}

/// The bytes of memory that this process has in use.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0) * 4_096
}

fn with_memory<T>(name: &str, count: usize, make: impl FnOnce() -> T) -> T {
    let before = resident();
    let since = Instant::now();
    let start = worked(since);
    let documents = make();
    let taken = resident().saturating_sub(before) / count;
    println!(
        "{name}: {taken} bytes for each of {LENGTH}, filled in {:.2?}",
        worked(since).saturating_sub(start)
    );
    documents
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How much the pieces hold for a byte that is needed, after every document was replaced so many times, if a
/// piece is given back once all of it is replaced, and nothing is moved.
#[allow(clippy::cast_precision_loss, reason = "a ratio")]
fn held_without_moving(count: usize, turns: usize) -> f64 {
    let mut places: Vec<usize> = (0..count).map(|number| number / IN_A_PIECE).collect();
    let mut needed = vec![0_usize; count.div_ceil(IN_A_PIECE)];
    for piece in &places {
        needed[*piece] += 1;
    }
    let mut in_last = needed[needed.len() - 1];
    let mut random = 0x9e37_79b9_7f4a_7c15_usize;
    for _ in 0..turns * count {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let place = &mut places[random % count];
        needed[*place] -= 1;
        if in_last == IN_A_PIECE {
            needed.push(0);
            in_last = 0;
        }
        *place = needed.len() - 1;
        needed[*place] += 1;
        in_last += 1;
    }
    (needed.iter().filter(|needed| **needed > 0).count() * IN_A_PIECE) as f64 / count as f64
}

fn main() {
    // Among the tests it only has to run; `cargo bench` measures.
    let measures = std::env::args().any(|argument| argument == "--bench");
    let count = if measures { 1_000_000 } else { 20_000 };
    let huge = with_memory("A, pieces in huge pages", count, || Pieces::new(count, true));
    let usual = with_memory("B, pieces in usual pages", count, || Pieces::new(count, false));
    let allocated = with_memory("C, an allocation for each", count, || {
        Allocated((0..count).map(|_| vec![b'x'; LENGTH].into_boxed_slice()).collect())
    });
    let shapes: [(&str, Place); 3] = [
        ("neighbours", |number| number),
        ("1,000 apart", |number| number * 1_000),
        ("scattered", |number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40),
    ];
    for (name, place) in shapes {
        let mut times = [const { Vec::new() }; 3];
        // The first round warms up.
        for round in 0..=if measures { ROUNDS } else { 1 } {
            for (times, documents) in times.iter_mut().zip([&huge as &dyn Documents, &usual, &allocated]) {
                let time = read_pages(documents, count, place);
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let ratio = |other: usize| {
            median(times[other].iter().zip(&times[0]).map(|(other, huge)| other / huge).collect())
        };
        let ratios = [ratio(1), ratio(2)];
        let [huge, usual, allocated] = times.map(median);
        println!(
            "a page of {PAGE}, {name}: A {huge:.1} µs, B {usual:.1} µs ({:.2}), C {allocated:.1} µs ({:.2})",
            ratios[0], ratios[1]
        );
    }
    for turns in if measures { [1, 3, 10] } else { [1, 1, 1] } {
        let held = held_without_moving(count, turns);
        println!(
            "pieces that are never compacted, after {turns} changes of each: {held:.2} times what is needed"
        );
    }
}
