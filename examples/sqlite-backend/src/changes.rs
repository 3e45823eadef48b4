//! What has changed since when.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction};
use tributary_domain::Collection;
use tributary_storage::{Changes, Position};

use crate::documents;
use crate::failure::Failure;

/// The number of changes that are remembered; for an older position everything has to be read again.
pub(crate) const REMEMBERED: i64 = 1 << 16;

/// What has changed after a position, or the present position.
pub(crate) fn since(
    connection: &mut Connection,
    collections: &[Collection],
    position: Option<&Position>,
) -> Result<Changes, Failure> {
    let moment = connection.transaction()?;
    let (file_id, latest) = latest(&moment)?;
    let after = position.map(|position| sequence(position.as_str(), &file_id));
    let (after, is_complete) = match after {
        None => (latest, true),
        Some(Some(after)) if (latest - REMEMBERED..=latest).contains(&after) => (after, true),
        Some(_) => (latest, false),
    };
    let mut select = moment.prepare_cached(
        "SELECT collection, id FROM documents WHERE sequence > ?1 \
         UNION ALL SELECT collection, id FROM deletions WHERE sequence > ?1",
    )?;
    let mut rows = select.query([after])?;
    // One that was deleted and made again is in both tables, and named once.
    let mut changed = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        // Another version of the program may have more collections in the file.
        if let Some(collection) = collections.iter().find(|collection| collection.name == name) {
            changed.insert((*collection, documents::id(row, 1)?));
        }
    }
    let changed = changed.into_iter().collect();
    Ok(Changes { position: Position::new(format!("{file_id}-{latest}")), changed, is_complete })
}

/// The id of the file, and the number of the latest change.
pub(crate) fn latest(connection: &Connection) -> rusqlite::Result<(String, i64)> {
    let select = "SELECT file_id, latest_sequence FROM store";
    connection.query_row(select, (), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The sequence number of a position in this file.
pub(crate) fn sequence(position: &str, file_id: &str) -> Option<i64> {
    let (file, sequence) = position.split_once('-')?;
    (file == file_id).then(|| sequence.parse().ok()).flatten()
}

/// Remembers that a document was deleted, and forgets deletions that are not told any more.
pub(crate) fn note_deletion(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &str,
    sequence: i64,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO deletions (sequence, collection, id) VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(insert)?.execute((sequence, collection.name, id))?;
    let forget = "DELETE FROM deletions WHERE sequence <= ?1";
    transaction.prepare_cached(forget)?.execute([sequence - REMEMBERED])?;
    Ok(())
}
