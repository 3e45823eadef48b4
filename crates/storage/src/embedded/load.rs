//! Reads everything at the start, and checks it.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use redb::{Database, ReadableDatabase, ReadableTable};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use tributary_domain::{Document, FilterField};

use super::failure::Failure;
use super::quiet::quietly;
use super::table::{self, State};
use crate::Collection;
use crate::memory::{Catalog, Record, Terms};

/// So many documents are read between two looks at how far the other thread is.
const STRIDE: u64 = 256;

type Loaded = (String, Record, u64);

/// The catalog of all documents, if they are as the database says that they were written.
pub(super) fn load(database: &Database) -> Result<(Catalog, State), Failure> {
    let state = table::state(database)?;
    let mut catalog = Catalog::default();
    for (collection, count) in
        [(Collection::Connectors, state.connectors), (Collection::SyncJobs, state.sync_jobs)]
    {
        let documents = read(database, collection, count)?;
        if documents.iter().any(|(_, _, sequence)| *sequence > state.sequence) {
            return Err(Failure::damaged("a document is newer than the latest change"));
        }
        catalog.load(collection, documents);
    }
    if catalog.len() != state.connectors + state.sync_jobs {
        return Err(Failure::damaged("a document is there twice"));
    }
    catalog.continue_after(state.sequence);
    Ok((catalog, state))
}

/// What one thread read: the documents, and the first and the last key of its walk. Where it was
/// not all, the key at which it stopped comes after the last.
#[derive(Default)]
struct Walk {
    documents: Vec<Loaded>,
    last: Option<Vec<u8>>,
    next: Option<Vec<u8>>,
}

/// Reads a table from both ends at once, until the two threads meet.
fn read(database: &Database, collection: Collection, count: u64) -> Result<Vec<Loaded>, Failure> {
    let taken = AtomicU64::new(0);
    let walk = |forward| quietly(|| walk(database, collection, count, &taken, forward), Failure::damaged);
    let (front, back) = std::thread::scope(|scope| {
        let back = scope.spawn(|| walk(false));
        let front = walk(true);
        (front, back.join().unwrap_or_else(|_| Err(Failure::damaged("reading it failed"))))
    });
    let (front, back) = (front?, back?);
    // Where they met nothing is left out and nothing was read twice: the next of each is the last of
    // the other. That all keys ascend is a promise of redb's order that was checked with its pages.
    let all = front.next == back.last && back.next == front.last;
    let (mut documents, others) = (front.documents, back.documents);
    if !all || (documents.len() + others.len()) as u64 != count {
        let found = documents.len() + others.len();
        return Err(Failure::damaged(format!("{count} documents were stored, {found} are found or more")));
    }
    documents.extend(others.into_iter().rev());
    Ok(documents)
}

fn walk(
    database: &Database,
    collection: Collection,
    count: u64,
    taken: &AtomicU64,
    forward: bool,
) -> Result<Walk, Failure> {
    let table = database.begin_read()?.open_table(table::documents(collection))?;
    let mut entries = table.iter()?;
    let mut walk = Walk::default();
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
        if allowed == 0 {
            walk.last = Some(key.value().to_vec());
        }
        walk.documents.push(decode(collection, key.value(), value.value())?);
    }
    if allowed > 0 {
        walk.last = walk.documents.last().map(|(id, _, _)| id.clone().into_bytes());
    }
    Ok(walk)
}

fn decode(collection: Collection, key: &[u8], value: &[u8]) -> Result<Loaded, Failure> {
    let damaged = |what| {
        let id = String::from_utf8_lossy(key);
        Failure::damaged(format!("the document [{id}] {what}"))
    };
    let (sequence, document) = table::decode(key, value).ok_or_else(|| damaged("fails its checksum"))?;
    let id = std::str::from_utf8(key).map_err(|_| damaged("has an id that is no text"))?;
    let text = std::str::from_utf8(document).map_err(|_| damaged("is no text"))?;
    let terms = terms(collection, text).ok_or_else(|| damaged("is no JSON object"))?;
    Ok((id.to_owned(), Record { rendered: Bytes::copy_from_slice(document), terms }, sequence))
}

/// What the document is found by, or `None` if it is no JSON object.
fn terms(collection: Collection, text: &str) -> Option<Terms> {
    let document = match collection {
        Collection::Connectors => Document::parse(text).ok()?,
        Collection::SyncJobs => serde_json::from_str::<Indexed>(text).ok()?.0,
    };
    Some(Terms::new(collection, &document))
}

/// The fields of a sync job that its terms are made from; the others are read over where they are,
/// which takes a fraction of the time of keeping them.
struct Indexed(Document);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

fn is_indexed(name: &str) -> bool {
    let starts_there = |field: &FilterField| field.path().split('.').next() == Some(name);
    name == "created_at" || FilterField::ALL.iter().any(starts_there)
}

impl<'de> Deserialize<'de> for Indexed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Indexed;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Indexed, A::Error> {
                let mut document = Document::default();
                while let Some(Name(name)) = fields.next_key()? {
                    if is_indexed(&name) {
                        document.set_raw(&name, fields.next_value()?);
                    } else {
                        fields.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Indexed(document))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

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
            let found = terms(Collection::SyncJobs, text).unwrap();
            assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{text}");
        }
        for text in ["", "[]", "{", "{}{}", r#"{"a":}"#, r#"{"a":tru}"#, r#"{"a":1,}"#, "1"] {
            assert!(terms(Collection::SyncJobs, text).is_none(), "{text}");
        }
    }
}
