//! What the embedded store does about its file besides writing it: how the order of checking and reading decides how
//! long a start takes, and what the look at the file after each commit costs.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use redb::{Builder, Database, Durability, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use tributary_domain::Outline;

/// As the store's own, with the same keys and values but for their checksums.
const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("sync_jobs");
/// What sync jobs are found by.
const INDEXED: &[&str] = &["status", "job_type", "connector", "created_at"];
const CACHE_BYTES: usize = 16 << 20;

/// Ids ascend, as those that the service makes.
fn document(number: u32) -> (String, String) {
    let id = format!("01a20bed-cb8b-7682-8d94-{number:012x}");
    let connector = format!(r#"{{"id":"connector-{}","note":"{}"}}"#, number % 1_000, "x".repeat(680));
    let text = format!(
        r#"{{"id":"{id}","status":"pending","job_type":"full","created_at":"2026-01-01T00:00:00Z","connector":{connector}}}"#
    );
    (id, text)
}

fn write(database: &Database, numbers: impl Iterator<Item = u32>) {
    let mut transaction = database.begin_write().unwrap();
    transaction.set_durability(Durability::Immediate).unwrap();
    transaction.set_quick_repair(true);
    {
        let mut table = transaction.open_table(TABLE).unwrap();
        for number in numbers {
            let (id, text) = document(number);
            table.insert(id.as_bytes(), text.as_bytes()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn check(file: &Path) -> Database {
    builder().set_check_integrity_on_open(true).open(file).unwrap()
}

/// Reads a part of the documents, from the front or from the back: parses each and keeps its text.
fn read(database: &Database, count: u32, forward: bool) {
    let table = database.begin_read().unwrap().open_table(TABLE).unwrap();
    let mut entries = table.iter().unwrap();
    let mut texts = Vec::new();
    for _ in 0..count {
        let entry = if forward { entries.next() } else { entries.next_back() };
        let (_, value) = entry.unwrap().unwrap();
        let text = std::str::from_utf8(value.value()).unwrap();
        black_box(Outline::read(text, INDEXED).unwrap());
        texts.extend_from_slice(text.as_bytes());
    }
    black_box(texts);
}

fn read_by(threads: u32, database: &Database, count: u32) {
    if threads == 1 {
        return read(database, count, true);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| read(database, count / 2, false));
        read(database, count - count / 2, true);
    });
}

/// How long some work has a processor, so that other programs do not count; or how long it takes, where the system does
/// not say.
fn worked<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let now = || {
        let worked = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        worked.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let before = now();
    let done = work();
    let worked =
        now().zip(before).map_or_else(|| start.elapsed(), |(now, before)| now.saturating_sub(before));
    (done, worked.as_secs_f64())
}

/// A start: `beside` reads while the pages are checked, through a file of its own.
fn start(file: &Path, copy: &Path, count: u32, beside: bool, threads: u32) -> Duration {
    let start = Instant::now();
    if beside {
        std::thread::scope(|scope| {
            scope.spawn(|| drop(check(file)));
            read_by(threads, &builder().open(copy).unwrap(), count);
        });
    } else {
        read_by(threads, &check(file), count);
    }
    start.elapsed()
}

fn starts(folder: &Path, count: u32, rounds: usize) {
    let (file, copy) = (folder.join("file"), folder.join("copy"));
    let database = builder().create(&file).unwrap();
    for first in (0..count).step_by(10_000) {
        write(&database, first..(first + 10_000).min(count));
    }
    drop(database);
    fs::copy(&file, &copy).unwrap();
    let (database, checking) = worked(|| check(&file));
    let ((), reading) = worked(|| read(&database, count, true));
    println!("{count} documents: checking works for {checking:.2} s, reading for {reading:.2} s");
    drop(database);
    let orders = [
        ("checked while two threads read", true, 2),
        ("checked while one thread reads", true, 1),
        ("checked, then read by two threads", false, 2),
        ("checked, then read by one thread", false, 1),
    ];
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        for (times, (_, beside, threads)) in times.iter_mut().zip(orders) {
            times.push(start(&file, &copy, count, beside, threads).as_secs_f64());
        }
    }
    for ((name, ..), mine) in orders.iter().zip(&times) {
        let ratios = mine.iter().zip(&times[0]).map(|(mine, first)| mine / first);
        println!("{count} documents, {name}: {:.2} s, {:.2}", median(mine.clone()), median(ratios.collect()));
    }
}

fn commits(folder: &Path, rounds: u32) {
    let file = folder.join("commits");
    let database = builder().create(&file).unwrap();
    let (mut commits, mut looks) = (Vec::new(), Vec::new());
    for number in 0..rounds {
        let start = Instant::now();
        write(&database, number..=number);
        commits.push(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        black_box(fs::metadata(&file).unwrap());
        looks.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let (commit, look) = (median(commits), median(looks));
    println!("a commit takes {commit:.0} µs, a look at its file {look:.2} µs: {:.4} of it", look / commit);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // Among the tests it only has to run; `cargo bench` measures.
    let measures = std::env::args().any(|argument| argument == "--bench");
    let folder = tempfile::tempdir().unwrap();
    commits(folder.path(), if measures { 2_000 } else { 20 });
    let (count, rounds) = if measures { (300_000, 7) } else { (2_000, 1) };
    starts(folder.path(), count, rounds);
}
