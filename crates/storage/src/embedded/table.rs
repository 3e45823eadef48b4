//! How documents and counts lie in the tables of the database.
//!
//! `sync_jobs`, `connectors` and `secrets`: the id, and under it 8 bytes of sequence number, 4 bytes of CRC-32 over
//! id, sequence number and document, and the document as clients see it. `meta`: `format`, and
//! `state`, which every transaction writes. Numbers are little-endian. Data from before there were secrets
//! has neither their table nor their count.

use redb::{Database, Durability, ReadableDatabase, TableDefinition};

use super::failure::Failure;
use crate::Collection;

/// The newest format that this version writes and reads.
const FORMAT: u64 = 2;
/// The format of data without secrets, which is what versions that do not know of any understand.
const FORMAT_WITHOUT_SECRETS: u64 = 1;

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const HEADER: usize = 12;

/// The table of a collection.
pub(super) const fn documents(
    collection: Collection,
) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    match collection {
        Collection::SyncJobs => TableDefinition::new("sync_jobs"),
        Collection::Connectors => TableDefinition::new("connectors"),
        Collection::Secrets => TableDefinition::new("secrets"),
    }
}

/// What must be found in the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The number of the latest change.
    pub(super) sequence: u64,
    pub(super) sync_jobs: u64,
    pub(super) connectors: u64,
    pub(super) secrets: u64,
}

impl State {
    /// The number of documents of a collection.
    pub(super) fn count_mut(&mut self, collection: Collection) -> &mut u64 {
        match collection {
            Collection::SyncJobs => &mut self.sync_jobs,
            Collection::Connectors => &mut self.connectors,
            Collection::Secrets => &mut self.secrets,
        }
    }

    fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(36);
        for number in [self.sequence, self.sync_jobs, self.connectors, self.secrets] {
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
        let (sequence, sync_jobs, connectors) = (next()?, next()?, next()?);
        Some(Self { sequence, sync_jobs, connectors, secrets: next().unwrap_or_default() })
    }

    /// A version that knows of no secrets would lose their count: it must not take up data with some.
    const fn format(self) -> u64 {
        if self.secrets == 0 { FORMAT_WITHOUT_SECRETS } else { FORMAT }
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
        let mut secrets = transaction.open_table(documents(Collection::Secrets))?;
        for Row { collection, id, content } in rows {
            let table = match collection {
                Collection::SyncJobs => &mut sync_jobs,
                Collection::Connectors => &mut connectors,
                Collection::Secrets => &mut secrets,
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
        meta.insert("format", state.format().to_le_bytes().as_slice())?;
        meta.insert("state", state.encode().as_slice())?;
    }
    Ok(transaction.commit()?)
}

/// Reads the state of a database of our format.
pub(super) fn state(database: &Database) -> Result<State, Failure> {
    let meta = database.begin_read()?.open_table(META)?;
    match meta.get("format")?.and_then(|value| number(value.value())) {
        Some(FORMAT_WITHOUT_SECRETS | FORMAT) => {}
        Some(format) if format > FORMAT => {
            let reason = format!(
                "its data has the format {format}, written by a newer version of this program; this one reads \
                 the formats up to {FORMAT}"
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

#[cfg(test)]
mod tests {
    use redb::ReadableTable;
    use tributary_domain::{Document, Id};

    use super::*;
    use crate::{EmbeddedStore, Store, StoreExt as _};

    /// The format that stands in a folder's database.
    fn format(database: &Database) -> Option<u64> {
        let meta = database.begin_read().unwrap().open_table(META).unwrap();
        number(meta.get("format").unwrap().unwrap().value())
    }

    #[tokio::test]
    async fn a_folder_from_before_there_were_secrets_opens_and_takes_some() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tributary.redb");
        let id = Id::parse("id", "x").unwrap();
        let document = Document::parse(r#"{"a":1}"#).unwrap();
        let store = EmbeddedStore::open(folder.path()).await.unwrap();
        store.create(Collection::Connectors, &id, document.clone()).await.unwrap();
        store.close().await.unwrap();

        // As an earlier version leaves it: three counts, and no table of secrets.
        let database = Database::open(&file).unwrap();
        assert_eq!(format(&database), Some(1));
        let transaction = database.begin_write().unwrap();
        assert!(transaction.delete_table(documents(Collection::Secrets)).unwrap());
        {
            let mut meta = transaction.open_table(META).unwrap();
            let mut state = meta.get("state").unwrap().unwrap().value()[..24].to_vec();
            state.extend(crc32fast::hash(&state).to_le_bytes());
            meta.insert("state", state.as_slice()).unwrap();
        }
        transaction.commit().unwrap();
        drop(database);

        let store = EmbeddedStore::open(folder.path()).await.unwrap();
        assert!(store.get(Collection::Connectors, &id).await.is_ok());
        let version = store.create(Collection::Secrets, &id, document.clone()).await.unwrap();
        store.close().await.unwrap();
        // An earlier version refuses it as of a newer one, instead of losing the count.
        assert_eq!(format(&Database::open(&file).unwrap()), Some(2));

        let store = EmbeddedStore::open(folder.path()).await.unwrap();
        assert_eq!(store.get(Collection::Secrets, &id).await.unwrap().document, document.render("x"));
        store.delete(Collection::Secrets, &id, version).await.unwrap();
        store.close().await.unwrap();
        assert_eq!(format(&Database::open(&file).unwrap()), Some(1));
    }
}
