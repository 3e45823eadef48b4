//! Reads everything at the start, and checks it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use redb::{Database, ReadableDatabase, ReadableTable, TableError};
use tributary_domain::{Document, FilterField, Outline};

use super::catch_panic::catch_panic;
use super::failure::Failure;
use super::table::{self, State};
use crate::Collection;
use crate::memory::{Batch, Catalog, Record, Terms};

/// So many documents are read between two looks at how far the other thread is.
const STRIDE: u64 = 256;

/// Takes what is read: the document's id, its text, its sequence number, and what it is found by.
trait Keep: Send {
    fn keep(&mut self, id: &str, document: &str, sequence: u64) -> Option<()>;
}

#[derive(Default)]
struct Connectors(Vec<(String, Record, u64)>);

#[derive(Default)]
struct Secrets(Vec<(String, Record, u64)>);

/// Sync jobs with slots from one end of all: upwards from the first or downwards from the last.
struct SyncJobs {
    batch: Batch,
    slots: Box<dyn Iterator<Item = u32> + Send>,
}

impl Keep for Connectors {
    fn keep(&mut self, id: &str, document: &str, sequence: u64) -> Option<()> {
        let terms = Terms::new(Collection::Connectors, &Document::parse(document).ok()?);
        let rendered = Bytes::copy_from_slice(document.as_bytes());
        self.0.push((id.to_owned(), Record { rendered, terms }, sequence));
        Some(())
    }
}

impl Keep for Secrets {
    fn keep(&mut self, id: &str, document: &str, sequence: u64) -> Option<()> {
        Document::parse(document).ok()?;
        let rendered = Bytes::copy_from_slice(document.as_bytes());
        self.0.push((id.to_owned(), Record { rendered, terms: Terms::Secret }, sequence));
        Some(())
    }
}

impl Keep for SyncJobs {
    fn keep(&mut self, id: &str, document: &str, sequence: u64) -> Option<()> {
        let Terms::SyncJob { milliseconds, words } = terms(document)? else { return None };
        self.batch.add(self.slots.next()?, id, document.as_bytes(), sequence, (milliseconds, words));
        Some(())
    }
}

/// The catalog of all documents, if they are as the database says that they were written.
pub(super) fn load(database: &Database) -> Result<(Catalog, State), Failure> {
    let state = table::state(database)?;
    let sync_jobs = u32::try_from(state.sync_jobs).map_err(|_| Failure::damaged("too many are counted"))?;
    let from_both_ends = [
        SyncJobs { batch: Batch::default(), slots: Box::new(0..sync_jobs) },
        SyncJobs { batch: Batch::default(), slots: Box::new((0..sync_jobs).rev()) },
    ];
    let connectors = read(database, Collection::Connectors, state, <[Connectors; 2]>::default())?;
    let sync_jobs = read(database, Collection::SyncJobs, state, from_both_ends)?;
    let secrets = read(database, Collection::Secrets, state, <[Secrets; 2]>::default())?;
    let mut catalog = Catalog::default();
    catalog.load(
        connectors.into_iter().flat_map(|from_one_end| from_one_end.0),
        sync_jobs.into_iter().map(|from_one_end| from_one_end.batch).collect(),
        secrets.into_iter().flat_map(|from_one_end| from_one_end.0),
    );
    if catalog.len() != state.connectors + state.sync_jobs + state.secrets {
        return Err(Failure::damaged("a document is there twice"));
    }
    catalog.continue_after(state.sequence);
    Ok((catalog, state))
}

/// What one thread read: how many documents, and the first and the last key of its walk. Where it was
/// not all, the key at which it stopped comes after the last.
#[derive(Default)]
struct Walk {
    documents: u64,
    last: Option<Vec<u8>>,
    next: Option<Vec<u8>>,
}

/// Reads a table from both ends at once, until the two threads meet.
fn read<K: Keep>(
    database: &Database,
    collection: Collection,
    mut state: State,
    [mut front, mut back]: [K; 2],
) -> Result<[K; 2], Failure> {
    let count = *state.count_mut(collection);
    let taken = AtomicU64::new(0);
    let walk = |keep: &mut K, forward| {
        let collection = (collection, count, state.sequence);
        catch_panic(|| walk(database, collection, &taken, forward, keep), Failure::damaged)
    };
    let (forward, backward) = std::thread::scope(|scope| {
        let backward = scope.spawn(|| walk(&mut back, false));
        let forward = walk(&mut front, true);
        (forward, backward.join().unwrap_or_else(|_| Err(Failure::damaged("reading it failed"))))
    });
    let (forward, backward) = (forward?, backward?);
    // Where they met nothing is left out and nothing was read twice: the next of each is the last of
    // the other. That all keys ascend is a promise of redb's order that was checked with its pages.
    let all = forward.next == backward.last && backward.next == forward.last;
    let found = forward.documents + backward.documents;
    if !all || found != count {
        return Err(Failure::damaged(format!("{count} documents were stored, {found} are found or more")));
    }
    Ok([front, back])
}

fn walk(
    database: &Database,
    (collection, count, newest): (Collection, u64, u64),
    taken: &AtomicU64,
    forward: bool,
    keep: &mut impl Keep,
) -> Result<Walk, Failure> {
    let table = match database.begin_read()?.open_table(table::documents(collection)) {
        // Whoever wrote it last knew of no such documents.
        Err(TableError::TableDoesNotExist(_)) if collection == Collection::Secrets && count == 0 => {
            return Ok(Walk::default());
        }
        table => table?,
    };
    let mut entries = table.iter()?;
    let mut walk = Walk::default();
    let mut last = Vec::new();
    let mut allowed = 0;
    while let Some(entry) = if forward { entries.next() } else { entries.next_back() } {
        let (key, value) = entry?;
        if allowed == 0 {
            allowed = STRIDE.min(count.saturating_sub(taken.fetch_add(STRIDE, Ordering::Relaxed)));
        }
        if allowed == 0 {
            walk.next = Some(key.value().to_vec());
            break;
        }
        allowed -= 1;
        last.clear();
        last.extend_from_slice(key.value());
        walk.documents += 1;
        take(key.value(), value.value(), newest, keep)?;
    }
    walk.last = (walk.documents > 0).then_some(last);
    Ok(walk)
}

/// Checks one document and keeps it.
fn take(key: &[u8], value: &[u8], newest: u64, keep: &mut impl Keep) -> Result<(), Failure> {
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

/// What a sync job is found by, or `None` if it is no JSON object.
fn terms(text: &str) -> Option<Terms> {
    Some(Terms::of_sync_job(&Outline::read(text, &INDEXED)?))
}

/// The outermost names of the fields that sync jobs are found by.
static INDEXED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let outermost = |field: &FilterField| field.path().split('.').next();
    FilterField::ALL.iter().filter_map(outermost).chain(["created_at"]).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_those_of_the_whole_document() {
        let texts = [
            "{}",
            r#"{"id":"x","created_at":"2026-01-02T03:04:05.678Z","status":"pending","job_type":"full","connector":{"id":"a","x":[{}]}}"#,
            r#"{"status":["b","a","a"],"n":1e400,"job_type":null,"connector":[{"id":5},{"id":["c"]}],"created_at":[2,1]}"#,
            r#"{"status":"first","big":123456789012345678901234567890,"status":"last","st\u0061tus":"third"}"#,
            r#"{"lone":"\ud800","connector":{"id":"\u00e9"},"created_at":"1971"}"#,
        ];
        for text in texts {
            let whole = Document::parse(text).unwrap();
            let expected = Terms::new(Collection::SyncJobs, &whole);
            let found = terms(text).unwrap();
            assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{text}");
        }
        for text in ["", "[]", "{", "{}{}", r#"{"a":}"#, r#"{"a":tru}"#, r#"{"a":1,}"#, "1"] {
            assert!(terms(text).is_none(), "{text}");
        }
    }
}
