//! Changes: each looks, decides and acts inside one transaction.

use rusqlite::{OptionalExtension, Transaction};
use tributary_domain::{Connector, Document, FilterField, Id, creation_order, keyword_values};
use tributary_storage::{Action, Collection, Operation, StoreError, Version};

use crate::read::{CONNECTOR_FIELDS, name_of, version};

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
    let row = Row::new(collection, document);
    if let Err(refusal) = check_index_name(transaction, id, row.held_index_name.as_deref())? {
        return Ok(Err(refusal));
    }
    remove(transaction, collection, id)?;
    let sequence = next_sequence(transaction)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO documents (collection, id, sequence, rendered, order_number, order_text, is_deleted, \
         held_index_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let rendered = document.render(id.as_str());
    insert.execute((
        name_of(collection),
        id.as_str(),
        sequence,
        rendered,
        row.order_number,
        row.order_text,
        row.is_deleted,
        row.held_index_name,
    ))?;
    // A word that a document has twice in a field finds it once.
    let mut insert = transaction.prepare_cached(
        "INSERT OR IGNORE INTO words (collection, id, field, word) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (field, word) in row.words {
        insert.execute((name_of(collection), id.as_str(), field, word))?;
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
    remove(transaction, collection, id)?;
    Ok(Ok(version(next_sequence(transaction)?)))
}

fn check_version(
    transaction: &Transaction<'_>,
    collection: Collection,
    id: &Id,
    expected: Option<Version>,
) -> rusqlite::Result<Answer<()>> {
    let mut select =
        transaction.prepare_cached("SELECT sequence FROM documents WHERE collection = ?1 AND id = ?2")?;
    let present = select.query_row((name_of(collection), id.as_str()), |row| row.get(0)).optional()?;
    Ok(match (present.map(version), expected) {
        (None, Some(_)) => Err(StoreError::NotFound),
        (present, expected) if present != expected => Err(StoreError::Conflict),
        _ => Ok(()),
    })
}

fn check_index_name(
    transaction: &Transaction<'_>,
    id: &Id,
    wanted: Option<&str>,
) -> rusqlite::Result<Answer<()>> {
    let mut select =
        transaction.prepare_cached("SELECT id FROM documents WHERE held_index_name = ?1 AND id <> ?2")?;
    let holder: Option<String> = select.query_row((wanted, id.as_str()), |row| row.get(0)).optional()?;
    Ok(match (wanted, holder) {
        (Some(index_name), Some(connector_id)) => {
            Err(StoreError::IndexNameTaken { index_name: index_name.to_owned(), connector_id })
        }
        _ => Ok(()),
    })
}

fn remove(transaction: &Transaction<'_>, collection: Collection, id: &Id) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM words WHERE collection = ?1 AND id = ?2",
        "DELETE FROM documents WHERE collection = ?1 AND id = ?2",
    ] {
        transaction.prepare_cached(sql)?.execute((name_of(collection), id.as_str()))?;
    }
    Ok(())
}

/// The number of the next change: of any document, so that no document ever has an earlier one again.
fn next_sequence(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    let mut update =
        transaction.prepare_cached("UPDATE latest_change SET sequence = sequence + 1 RETURNING sequence")?;
    update.query_row((), |row| row.get(0))
}

/// What is kept of a document beside itself: its place in the list, and the words that find it.
struct Row {
    order_number: i64,
    order_text: String,
    is_deleted: bool,
    held_index_name: Option<String>,
    words: Vec<(&'static str, String)>,
}

impl Row {
    fn new(collection: Collection, document: &Document) -> Self {
        match collection {
            Collection::SyncJobs => Self {
                order_number: creation_order(document).unwrap_or(i64::MAX),
                order_text: String::new(),
                is_deleted: false,
                held_index_name: None,
                words: words(document, FilterField::ALL.iter().map(|field| field.path())),
            },
            // In no list, and found by its id alone.
            Collection::Secrets => Self {
                order_number: 0,
                order_text: String::new(),
                is_deleted: false,
                held_index_name: None,
                words: Vec::new(),
            },
            Collection::Connectors => {
                let connector = Connector::from(document.clone());
                let index_name = keyword_values(document, "index_name").into_iter().min();
                Self {
                    order_number: i64::from(index_name.is_none()),
                    order_text: index_name.unwrap_or_default(),
                    is_deleted: connector.is_deleted(),
                    held_index_name: connector.held_index_name(),
                    words: words(document, CONNECTOR_FIELDS.into_iter()),
                }
            }
        }
    }
}

fn words(document: &Document, fields: impl Iterator<Item = &'static str>) -> Vec<(&'static str, String)> {
    fields
        .flat_map(|field| keyword_values(document, field).into_iter().map(move |word| (field, word)))
        .collect()
}
