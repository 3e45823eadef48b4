//! The format of the database.
//!
//! Each collection has a table of its name. The key is the id; the value is the sequence number (8 bytes), the CRC-32 of
//! id, sequence number and document (4 bytes), and the document as clients see it. The table `meta` has `format`, and
//! `state`, written by every transaction: the latest sequence number (8 bytes); for each collection the length of its
//! name (2 bytes), the name, and the number of its documents (8 bytes); and the CRC-32 of all that. Numbers are
//! little-endian.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use redb::{Database, Durability, ReadableDatabase, TableDefinition};
use tributary_domain::Collection;

use super::failure::Failure;

/// The format that this version writes, and the newest that it reads.
const FORMAT: u64 = 3;
/// The format whose state has only numbers, in the order of [`NUMBERED`].
const FORMAT_OF_NUMBERS: u64 = 2;
/// The same without secrets.
const FORMAT_WITHOUT_SECRETS: u64 = 1;
/// The collections in the formats whose state has only numbers.
const NUMBERED: [&str; 3] = ["sync_jobs", "connectors", "secrets"];

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const HEADER: usize = 12;

/// The table of a collection.
pub(super) fn documents(collection: Collection) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(collection.name)
}

/// The expected content of the tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The number of the latest change.
    pub(super) sequence: u64,
    /// The number of documents of each collection, including unknown ones.
    counts: BTreeMap<String, u64>,
}

impl State {
    /// The number of documents of a collection.
    pub(super) fn count(&self, collection: Collection) -> u64 {
        self.counts.get(collection.name).copied().unwrap_or_default()
    }

    /// The number of documents of a collection, for updates.
    pub(super) fn count_mut(&mut self, collection: Collection) -> &mut u64 {
        self.counts.entry(collection.name.to_owned()).or_default()
    }

    fn encode(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = self.sequence.to_le_bytes().to_vec();
        for (name, count) in &self.counts {
            let length = u16::try_from(name.len()).map_err(|error| Failure::Other(error.into()))?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&count.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        Ok(bytes)
    }

    fn decode(bytes: &[u8], format: u64) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<4>()?;
        if crc32fast::hash(content).to_le_bytes() != *checksum {
            return None;
        }
        let (sequence, mut rest) = content.split_first_chunk()?;
        let sequence = u64::from_le_bytes(*sequence);
        if format <= FORMAT_OF_NUMBERS {
            let counts = rest.chunks_exact(8).map_while(number);
            let counts = NUMBERED.iter().map(|name| (*name).to_owned()).zip(counts).collect();
            return Some(Self { sequence, counts });
        }
        let mut counts = BTreeMap::new();
        while !rest.is_empty() {
            let (length, behind) = rest.split_first_chunk()?;
            let (name, behind) = behind.split_at_checked(u16::from_le_bytes(*length).into())?;
            let (count, behind) = behind.split_first_chunk()?;
            counts.insert(String::from_utf8(name.to_vec()).ok()?, u64::from_le_bytes(*count));
            rest = behind;
        }
        Some(Self { sequence, counts })
    }
}

/// A change of a document: its new sequence number and text, or `None` to remove it.
pub(super) struct TableRow<'a> {
    pub(super) collection: Collection,
    pub(super) id: &'a str,
    pub(super) content: Option<(u64, &'a [u8])>,
}

/// Writes rows and the resulting state in one durable transaction.
pub(super) fn commit<'a>(
    database: &Database,
    rows: impl IntoIterator<Item = TableRow<'a>>,
    state: &State,
) -> Result<(), Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    // Otherwise redb repairs the whole file when it is opened after a crash.
    transaction.set_quick_repair(true);
    {
        let mut tables = BTreeMap::new();
        for TableRow { collection, id, content } in rows {
            let table = match tables.entry(collection) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(closed) => closed.insert(transaction.open_table(documents(collection))?),
            };
            if let Some((sequence, document)) = content {
                let mut value = table.insert_reserve(id.as_bytes(), HEADER + document.len())?;
                let value = value.as_mut();
                value[..8].copy_from_slice(&sequence.to_le_bytes());
                value[8..HEADER].copy_from_slice(&checksum(id.as_bytes(), sequence, document));
                value[HEADER..].copy_from_slice(document);
            } else {
                table.remove(id.as_bytes())?;
            }
        }
        let mut meta = transaction.open_table(META)?;
        meta.insert("format", FORMAT.to_le_bytes().as_slice())?;
        meta.insert("state", state.encode()?.as_slice())?;
    }
    Ok(transaction.commit()?)
}

/// Reads the state of a database in a known format.
pub(super) fn state(database: &Database) -> Result<State, Failure> {
    let meta = database.begin_read()?.open_table(META)?;
    let format = match meta.get("format")?.and_then(|value| number(value.value())) {
        Some(format @ FORMAT_WITHOUT_SECRETS..=FORMAT) => format,
        Some(format) if format > FORMAT => {
            let reason = format!(
                "its data has the format {format}, written by a newer version of this program; this one reads \
                 the formats up to {FORMAT}"
            );
            return Err(Failure::Other(reason.into()));
        }
        _ => return Err(Failure::damaged("the format is not readable")),
    };
    let state = meta.get("state")?;
    let state = state.and_then(|value| State::decode(value.value(), format));
    state.ok_or_else(|| Failure::damaged("the counts are not readable"))
}

/// The sequence number and the document in a value, if its checksum is valid.
pub(super) fn decode<'a>(id: &[u8], value: &'a [u8]) -> Option<(u64, &'a [u8])> {
    let (header, document) = value.split_first_chunk::<HEADER>()?;
    let sequence = number(&header[..8])?;
    (header[8..] == checksum(id, sequence, document)).then_some((sequence, document))
}

fn checksum(id: &[u8], sequence: u64, document: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(id);
    hasher.update(&sequence.to_le_bytes());
    hasher.update(document);
    hasher.finalize().to_le_bytes()
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tributary_domain::{Document, Id};

    use super::*;
    use crate::{EmbeddedStore, Store, StoreExt as _};

    /// The format that stands in a folder's database.
    fn format(database: &Database) -> Option<u64> {
        let meta = database.begin_read().unwrap().open_table(META).unwrap();
        number(meta.get("format").unwrap().unwrap().value())
    }

    /// Gives a database the format and the state of an earlier version: numbers alone.
    fn set_back(file: &Path, format: u64, numbers: &[u64]) {
        let database = Database::open(file).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut meta = transaction.open_table(META).unwrap();
            let mut state: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            state.extend(crc32fast::hash(&state).to_le_bytes());
            meta.insert("format", format.to_le_bytes().as_slice()).unwrap();
            meta.insert("state", state.as_slice()).unwrap();
        }
        transaction.commit().unwrap();
    }

    #[tokio::test]
    async fn folders_of_earlier_formats_open_and_take_new_documents() {
        let id = Id::parse("id", "x").unwrap();
        let document = Document::parse(r#"{"a":1}"#).unwrap();
        // A change, and how many sync jobs, connectors and secrets there are.
        for (earlier, numbers) in [(1, &[1, 0, 1][..]), (2, &[1, 0, 1, 0])] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("tributary.redb");
            let store = EmbeddedStore::open(folder.path()).await.unwrap();
            store.create(Collection::CONNECTORS, &id, document.clone()).await.unwrap();
            store.close().await.unwrap();
            set_back(&file, earlier, numbers);

            let store = EmbeddedStore::open(folder.path()).await.unwrap();
            assert_eq!(store.get(Collection::CONNECTORS, &id).await.unwrap().document, document.render("x"));
            store.create(Collection::LEASES, &id, document.clone()).await.unwrap();
            store.close().await.unwrap();
            // An earlier version refuses it as of a newer one, instead of losing a count.
            assert_eq!(format(&Database::open(&file).unwrap()), Some(FORMAT));

            let store = EmbeddedStore::open(folder.path()).await.unwrap();
            assert_eq!(store.get(Collection::LEASES, &id).await.unwrap().document, document.render("x"));
        }
    }
}
