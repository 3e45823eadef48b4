//! Single documents, and portions of all documents.

use bytes::Bytes;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row};
use tributary_domain::{Collection, Id};
use tributary_storage::{Stored, Version, Versioned};

/// How many documents a portion has.
pub(crate) const PORTION: usize = 500;

/// There is one file and one line of changes, so one reign.
pub(crate) fn version(sequence: i64) -> Version {
    Version { sequence: sequence.cast_unsigned(), term: 0 }
}

pub(crate) fn get(
    connection: &Connection,
    collection: Collection,
    id: &Id,
) -> rusqlite::Result<Option<Versioned>> {
    let mut select = connection
        .prepare_cached("SELECT sequence, rendered FROM documents WHERE collection = ?1 AND id = ?2")?;
    let versioned = select.query_row((collection.name, id.as_str()), |row| {
        Ok(Versioned { version: version(row.get(0)?), document: Bytes::copy_from_slice(text(row, 1)?) })
    });
    versioned.optional()
}

/// The documents that follow an id, in the order of ids: one that comes or goes meanwhile moves no other.
pub(crate) fn portion(
    connection: &Connection,
    collection: Collection,
    after: &str,
) -> rusqlite::Result<Vec<Stored>> {
    let mut select = connection.prepare_cached(
        "SELECT id, rendered FROM documents WHERE collection = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let limit = i64::try_from(PORTION).unwrap_or(i64::MAX);
    let rows = select.query_map((collection.name, after, limit), |row| {
        Ok(Stored { id: id(row, 0)?, document: Bytes::copy_from_slice(text(row, 1)?) })
    })?;
    rows.collect()
}

pub(crate) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Id> {
    let id = Id::parse("id", row.get::<_, String>(column)?);
    id.map_err(|refusal| Error::FromSqlConversionFailure(column, Type::Text, refusal.into()))
}

pub(crate) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_str()?.as_bytes())
}
