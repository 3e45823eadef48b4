//! What has changed since when.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction};
use tributary_domain::Collection;
use tributary_storage::{Changes, LastValues, Position};

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
        "SELECT sequence, collection, id, FALSE, NULL FROM documents WHERE sequence > ?1 \
         UNION ALL SELECT sequence, collection, id, TRUE, last_values FROM deletions WHERE sequence > ?1 \
         ORDER BY sequence",
    )?;
    let mut rows = select.query([after])?;
    // Of one that was deleted and made again, or again and again, the last change counts.
    let mut last = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        // Another version of the program may have more collections in the file.
        if let Some(collection) = collections.iter().find(|collection| collection.name == name) {
            let is_deleted: bool = row.get(3)?;
            let values = row.get::<_, Option<String>>(4)?.map(LastValues::new);
            last.insert((*collection, documents::id(row, 2)?), is_deleted.then_some(values));
        }
    }
    let position = Position::new(format!("{file_id}-{latest}"));
    let changed = last.keys().cloned().collect();
    let deleted = last.into_iter().filter_map(|(document, deletion)| Some((document, deletion?))).collect();
    Ok(Changes { position, changed, deleted, is_complete })
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

/// Remembers that a document was deleted and what found it, and forgets deletions that are not told any more.
pub(crate) fn note_deletion(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &str,
    last: Option<&LastValues>,
    sequence: i64,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO deletions (sequence, collection, id, last_values) VALUES (?1, ?2, ?3, ?4)";
    let last = last.map(LastValues::as_str);
    transaction.prepare_cached(insert)?.execute((sequence, collection.name, id, last))?;
    let forget = "DELETE FROM deletions WHERE sequence <= ?1";
    transaction.prepare_cached(forget)?.execute([sequence - REMEMBERED])?;
    Ok(())
}
