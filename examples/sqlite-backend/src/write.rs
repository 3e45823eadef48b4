//! Changes: each looks, decides and acts inside one transaction.

use rusqlite::{OptionalExtension, Transaction};
use tributary_domain::{Collection, Document, Id};
use tributary_storage::{Action, LastValues, Operation, StoreError, Version};

use crate::changes::note_deletion;
use crate::derived::Derived;
use crate::documents::version;
use crate::moves::Before;

/// What a caller is answered. It stands inside the result of SQLite: a document that is refused is an
/// answer, and leaves the transaction as it was; an error of SQLite ends the transaction.
pub(crate) type Answer<T> = Result<T, StoreError>;

/// Makes a change, if its guard holds.
pub(crate) fn write(
    transaction: &Transaction<'_>,
    collection: Collection,
    Operation { id, action }: &Operation,
) -> rusqlite::Result<Answer<Version>> {
    match action {
        Action::Create(document) => put(transaction, collection, id, None, document),
        Action::Replace(expected, document) => put(transaction, collection, id, Some(*expected), document),
        Action::Delete(expected) => delete(transaction, collection, id, *expected),
    }
}

/// Stores a document: a new one where no version is expected, the next state of that version otherwise.
fn put(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &Id,
    expected: Option<Version>,
    document: &Document,
) -> rusqlite::Result<Answer<Version>> {
    if let Err(refusal) = check_version(transaction, collection, id, expected)? {
        return Ok(Err(refusal));
    }
    let derived = Derived::new(collection, id.as_str(), document);
    if let Err(refusal) = check_unique(transaction, collection, id, derived.unique_word.as_deref())? {
        return Ok(Err(refusal));
    }
    let before = expected.map(|_| Before::read(transaction, collection, id)).transpose()?;
    remove(transaction, collection, id)?;
    let sequence = next_sequence(transaction)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO documents (collection, id, sequence, rendered, order_value, unique_word) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let rendered = document.render(id.as_str());
    let (order_value, unique_word) = (&derived.order_value, &derived.unique_word);
    insert.execute((collection.name, id.as_str(), sequence, rendered, order_value, unique_word))?;
    derived.insert_field_values(transaction, collection, id.as_str())?;
    if let Some(before) = before {
        before.note_moves(transaction, collection, id, sequence)?;
    }
    Ok(Ok(version(sequence)))
}

/// Removes a document of the version that is expected.
fn delete(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &Id,
    expected: Version,
) -> rusqlite::Result<Answer<Version>> {
    if let Err(refusal) = check_version(transaction, collection, id, Some(expected))? {
        return Ok(Err(refusal));
    }
    let mut select =
        transaction.prepare_cached("SELECT rendered FROM documents WHERE collection = ?1 AND id = ?2")?;
    let rendered: String = select.query_row((collection.name, id.as_str()), |row| row.get(0))?;
    let last = LastValues::of(collection, &rendered);
    remove(transaction, collection, id)?;
    let sequence = next_sequence(transaction)?;
    note_deletion(transaction, collection, id.as_str(), last.as_ref(), sequence)?;
    Ok(Ok(version(sequence)))
}

fn check_version(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &Id,
    expected: Option<Version>,
) -> rusqlite::Result<Answer<()>> {
    let mut select =
        transaction.prepare_cached("SELECT sequence FROM documents WHERE collection = ?1 AND id = ?2")?;
    let present = select.query_row((collection.name, id.as_str()), |row| row.get(0)).optional()?;
    Ok(match (present.map(version), expected) {
        (None, Some(_)) => Err(StoreError::NotFound),
        (present, expected) if present != expected => Err(StoreError::Conflict),
        _ => Ok(()),
    })
}

fn check_unique(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &Id,
    wanted: Option<&str>,
) -> rusqlite::Result<Answer<()>> {
    let mut select = transaction.prepare_cached(
        "SELECT id FROM documents WHERE collection = ?1 AND unique_word = ?2 AND id <> ?3 LIMIT 1",
    )?;
    let holder = select.query_row((collection.name, wanted, id.as_str()), |row| row.get(0)).optional()?;
    Ok(match (wanted, holder) {
        (Some(index_name), Some(connector_id)) => {
            Err(StoreError::IndexNameTaken { index_name: index_name.to_owned(), connector_id })
        }
        _ => Ok(()),
    })
}

fn remove(transaction: &Transaction<'_>, collection: Collection, id: &Id) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM field_values WHERE collection = ?1 AND id = ?2",
        "DELETE FROM documents WHERE collection = ?1 AND id = ?2",
    ] {
        transaction.prepare_cached(sql)?.execute((collection.name, id.as_str()))?;
    }
    Ok(())
}

/// The number of the next change: of any document, so that no document ever has an earlier one again.
fn next_sequence(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    let mut update = transaction
        .prepare_cached("UPDATE store SET latest_sequence = latest_sequence + 1 RETURNING latest_sequence")?;
    update.query_row((), |row| row.get(0))
}
