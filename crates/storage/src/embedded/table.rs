//! How documents and counts lie in the tables of the database.
//!
//! `sync_jobs` and `connectors`: the id, and under it 8 bytes of sequence number, 4 bytes of CRC-32 over
//! id, sequence number and document, and the document as clients see it. `meta`: `format`, and
//! `state`, which every transaction writes. Numbers are little-endian.

use redb::{Database, Durability, ReadableDatabase, TableDefinition};

use super::failure::Failure;
use crate::Collection;

/// The format that this version writes, and the only one that it reads.
const FORMAT: u64 = 1;

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const HEADER: usize = 12;

/// The table of a collection.
pub(super) const fn documents(
    collection: Collection,
) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    match collection {
        Collection::SyncJobs => TableDefinition::new("sync_jobs"),
        Collection::Connectors => TableDefinition::new("connectors"),
    }
}

/// What must be found in the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The number of the latest change.
    pub(super) sequence: u64,
    pub(super) sync_jobs: u64,
    pub(super) connectors: u64,
}

impl State {
    /// The number of documents of a collection.
    pub(super) fn count_mut(&mut self, collection: Collection) -> &mut u64 {
        match collection {
            Collection::SyncJobs => &mut self.sync_jobs,
            Collection::Connectors => &mut self.connectors,
        }
    }

    fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(28);
        for number in [self.sequence, self.sync_jobs, self.connectors] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (numbers, checksum) = bytes.split_last_chunk::<4>()?;
        if crc32fast::hash(numbers).to_le_bytes() != *checksum {
            return None;
        }
        let mut numbers = numbers.chunks_exact(8).map_while(number);
        let mut next = || numbers.next();
        Some(Self { sequence: next()?, sync_jobs: next()?, connectors: next()? })
    }
}

/// The next state of a document: its sequence number and text, or `None` for its end.
pub(super) struct Row<'a> {
    pub(super) collection: Collection,
    pub(super) id: &'a str,
    pub(super) content: Option<(u64, &'a [u8])>,
}

/// Writes rows and the state after them in one transaction, and waits until it is on the disk.
pub(super) fn commit<'a>(
    database: &Database,
    rows: impl IntoIterator<Item = Row<'a>>,
    state: State,
) -> Result<(), Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    // Without it, opening after a crash walks through everything before the first byte is read.
    transaction.set_quick_repair(true);
    {
        let mut sync_jobs = transaction.open_table(documents(Collection::SyncJobs))?;
        let mut connectors = transaction.open_table(documents(Collection::Connectors))?;
        for Row { collection, id, content } in rows {
            let table = match collection {
                Collection::SyncJobs => &mut sync_jobs,
                Collection::Connectors => &mut connectors,
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
        meta.insert("state", state.encode().as_slice())?;
    }
    Ok(transaction.commit()?)
}

/// Reads the state of a database of our format.
pub(super) fn state(database: &Database) -> Result<State, Failure> {
    let meta = database.begin_read()?.open_table(META)?;
    match meta.get("format")?.and_then(|value| number(value.value())) {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => {
            let reason = format!(
                "its data has the format {format}, written by a newer version of this program; this one reads \
                 format {FORMAT}"
            );
            return Err(Failure::Other(reason.into()));
        }
        _ => return Err(Failure::damaged("the format is not readable")),
    }
    let state = meta.get("state")?;
    let state = state.and_then(|value| State::decode(value.value()));
    state.ok_or_else(|| Failure::damaged("the counts are not readable"))
}

/// The sequence number and the document under an id, if they are as they were written.
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
