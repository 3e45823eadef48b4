//! Loads all documents into the catalog when the store opens, and verifies them.

use std::sync::atomic::{AtomicU64, Ordering};

use redb::{Database, ReadableDatabase, ReadableTable, TableError};
use tributary_domain::{Collection, Document, FieldPaths, Outline};

use super::catch_panic::catch_panic;
use super::failure::Failure;
use super::table::{self, State};
use crate::memory::{Catalog, LoadBatch, Terms};

/// How many documents a thread reads before it looks at the progress of the other one.
const STRIDE: u64 = 256;

/// The documents of a collection with slots from one end of all: upwards from the first or downwards from the last.
struct FromOneEnd<'n> {
    collection: Collection,
    /// The fields that queries use.
    paths: &'n FieldPaths<'static>,
    batch: LoadBatch,
    slots: Box<dyn Iterator<Item = u32> + Send>,
}

impl FromOneEnd<'_> {
    /// Takes what is read: the document's id, its text and its sequence number; `None` if it is no JSON object.
    fn keep(&mut self, id: &str, document: &str, sequence: u64) -> Option<()> {
        let terms = terms(self.collection, self.paths, document)?;
        self.batch.add(self.slots.next()?, id, document.as_bytes(), sequence, terms);
        Some(())
    }
}

/// What a document is found by, or `None` if it is no JSON object.
fn terms(collection: Collection, paths: &FieldPaths<'_>, text: &str) -> Option<Terms> {
    if collection.unique.is_some() {
        return Some(Terms::of_document(collection, &Document::parse(text).ok()?));
    }
    Some(Terms::of_fields(collection, &Outline::read_paths(text, paths)?))
}

/// The catalog of all documents, if they are as the database says that they were written.
pub(super) fn load(database: &Database, collections: &[Collection]) -> Result<(Catalog, State), Failure> {
    let state = table::state(database)?;
    let mut catalog = Catalog::new(collections);
    for collection in collections.iter().copied() {
        let count = state.count(collection);
        let slots = u32::try_from(count).map_err(|_| Failure::damaged("too many are counted"))?;
        let paths = collection.paths();
        let from = |slots| FromOneEnd { collection, paths: &paths, batch: LoadBatch::default(), slots };
        let ends = [from(Box::new(0..slots)), from(Box::new((0..slots).rev()))];
        let read = read(database, collection, (count, state.sequence), ends)?;
        catalog.load(collection, read.into_iter().map(|from_one_end| from_one_end.batch).collect());
        if catalog.len(collection) != count {
            return Err(Failure::damaged("a document is there twice"));
        }
    }
    catalog.continue_after(state.sequence);
    Ok((catalog, state))
}

/// The result of one thread's scan: how many documents it read, the last key it read, and the next key if it
/// stopped before the end.
#[derive(Default)]
struct ScanProgress {
    documents: u64,
    last: Option<Vec<u8>>,
    next: Option<Vec<u8>>,
}

/// Scans a table with two threads, one from each end, until they meet.
fn read<'n>(
    database: &Database,
    collection: Collection,
    (count, newest): (u64, u64),
    [mut front, mut back]: [FromOneEnd<'n>; 2],
) -> Result<[FromOneEnd<'n>; 2], Failure> {
    let taken = AtomicU64::new(0);
    let scan = |keep: &mut FromOneEnd<'_>, forward| {
        catch_panic(|| scan(database, (collection, count, newest), &taken, forward, keep), Failure::damaged)
    };
    let (forward, backward) = std::thread::scope(|scope| {
        let backward = scope.spawn(|| scan(&mut back, false));
        let forward = scan(&mut front, true);
        (forward, backward.join().unwrap_or_else(|_| Err(Failure::damaged("reading it failed"))))
    });
    let (forward, backward) = (forward?, backward?);
    // The scans are complete and do not overlap if the next key of each is the last key of the other. The order of
    // the keys is covered by redb's page checksums.
    let all = forward.next == backward.last && backward.next == forward.last;
    let found = forward.documents + backward.documents;
    if !all || found != count {
        return Err(Failure::damaged(format!("{count} documents were stored, {found} are found or more")));
    }
    Ok([front, back])
}

fn scan(
    database: &Database,
    (collection, count, newest): (Collection, u64, u64),
    taken: &AtomicU64,
    forward: bool,
    keep: &mut FromOneEnd<'_>,
) -> Result<ScanProgress, Failure> {
    let table = match database.begin_read()?.open_table(table::documents(collection)) {
        // No document of the collection was ever stored.
        Err(TableError::TableDoesNotExist(_)) if count == 0 => {
            return Ok(ScanProgress::default());
        }
        table => table?,
    };
    let mut entries = table.iter()?;
    let mut scan = ScanProgress::default();
    let mut last = Vec::new();
    let mut allowed = 0;
    while let Some(entry) = if forward { entries.next() } else { entries.next_back() } {
        let (key, value) = entry?;
        if allowed == 0 {
            allowed = STRIDE.min(count.saturating_sub(taken.fetch_add(STRIDE, Ordering::Relaxed)));
        }
        if allowed == 0 {
            scan.next = Some(key.value().to_vec());
            break;
        }
        allowed -= 1;
        last.clear();
        last.extend_from_slice(key.value());
        scan.documents += 1;
        take(key.value(), value.value(), newest, keep)?;
    }
    scan.last = (scan.documents > 0).then_some(last);
    Ok(scan)
}

/// Checks one document and keeps it.
fn take(key: &[u8], value: &[u8], newest: u64, keep: &mut FromOneEnd<'_>) -> Result<(), Failure> {
    let damaged = |what| {
        let id = String::from_utf8_lossy(key);
        Failure::damaged(format!("the document [{id}] {what}"))
    };
    let (sequence, document) = table::decode(key, value).ok_or_else(|| damaged("fails its checksum"))?;
    if sequence > newest {
        return Err(damaged("is newer than the latest change"));
    }
    let id = std::str::from_utf8(key).map_err(|_| damaged("has an id that is no text"))?;
    let text = std::str::from_utf8(document).map_err(|_| damaged("is no text"))?;
    keep.keep(id, text, sequence).ok_or_else(|| damaged("is no JSON object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_those_of_the_whole_document() {
        let jobs = Collection::SYNC_JOBS;
        let texts = [
            "{}",
            r#"{"id":"x","created_at":"2026-01-02T03:04:05.678Z","status":"pending","job_type":"full","connector":{"id":"a","x":[{}]}}"#,
            r#"{"status":["b","a","a"],"n":1e400,"job_type":null,"connector":[{"id":5},{"id":["c"]}],"created_at":[2,1]}"#,
            r#"{"status":"first","big":123456789012345678901234567890,"status":"last","st\u0061tus":"third"}"#,
            r#"{"lone":"\ud800","connector":{"id":"\u00e9"},"created_at":"1971"}"#,
        ];
        for text in texts {
            let whole = Document::parse(text).unwrap();
            let paths = jobs.paths();
            let expected = Terms::of_document(jobs, &whole);
            assert_eq!(terms(jobs, &paths, text), Some(expected), "{text}");
        }
        for text in ["", "[]", "{", "{}{}", r#"{"a":}"#, r#"{"a":tru}"#, r#"{"a":1,}"#, "1"] {
            assert!(terms(jobs, &jobs.paths(), text).is_none(), "{text}");
        }
    }
}
