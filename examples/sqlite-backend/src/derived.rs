//! What is derived from a document by the schema of its collection: its place in the order of the collection, the word
//! that no other document may hold, and the values that find it.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction};
use tributary_domain::{Collection, Document, Order, SortValue};
use tributary_storage::Stored;

use crate::documents::portion;
use crate::failure::Failure;

/// What is kept of a document beside itself.
pub(crate) struct Derived {
    pub(crate) order_value: Value,
    pub(crate) unique_word: Option<String>,
    field_values: Vec<(&'static str, Value)>,
}

impl Derived {
    pub(crate) fn new(collection: Collection, id: &str, document: &Document) -> Self {
        let order = Order::by(collection.order);
        let field_values = collection.indexed_fields().flat_map(|field| {
            let words = field.words(document).into_iter().map(Value::Text);
            let numbers = field.numbers(document).into_iter().map(Value::Integer);
            words.chain(numbers).map(|value| (field.path, value))
        });
        Self {
            order_value: order_value(order.key(collection, id, document).value, greatest()),
            unique_word: collection.unique.and_then(|unique| unique(document)),
            field_values: field_values.collect(),
        }
    }

    /// Stores the values that find a document, which has none yet.
    pub(crate) fn insert_field_values(
        &self,
        transaction: &Transaction<'_>,
        collection: Collection,
        id: &str,
    ) -> rusqlite::Result<()> {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO field_values (collection, id, field, value) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (field, value) in &self.field_values {
            insert.execute((collection.name, id, field, value))?;
        }
        Ok(())
    }
}

/// The value by which SQLite orders a document: it puts numbers before texts and texts before blobs.
pub(crate) fn order_value(value: Option<SortValue>, missing: Value) -> Value {
    match value {
        Some(SortValue::Number(number)) => Value::Integer(number),
        Some(SortValue::Word(word)) => Value::Text(word),
        None => missing,
    }
}

/// A value after every number and every text.
pub(crate) fn greatest() -> Value {
    Value::Blob(Vec::new())
}

/// Derives everything anew in those collections that were written under another schema. A process with that schema
/// may still have the file open: [`check_schema`] keeps it from writing what would not be found.
pub(crate) fn derive_where_schemas_differ(
    transaction: &Transaction<'_>,
    collections: &[Collection],
) -> Result<(), Failure> {
    for collection in collections {
        let fingerprint = collection.fingerprint();
        if noted_fingerprint(transaction, *collection)?.as_ref() == Some(&fingerprint) {
            continue;
        }
        derive(transaction, *collection)?;
        transaction.execute(
            "INSERT OR REPLACE INTO schemas (collection, fingerprint) VALUES (?1, ?2)",
            (collection.name, fingerprint),
        )?;
    }
    Ok(())
}

/// Fails if what is stored of a collection was derived by another schema than the one of this process.
pub(crate) fn check_schema(connection: &Connection, collection: Collection) -> Result<(), Failure> {
    let noted = noted_fingerprint(connection, collection)?;
    if noted.as_deref() == Some(&*collection.fingerprint()) { Ok(()) } else { Err(Failure::AnotherSchema) }
}

fn noted_fingerprint(connection: &Connection, collection: Collection) -> rusqlite::Result<Option<String>> {
    let mut select = connection.prepare_cached("SELECT fingerprint FROM schemas WHERE collection = ?1")?;
    select.query_row([collection.name], |row| row.get(0)).optional()
}

/// Derives everything of a collection from its documents.
fn derive(transaction: &Transaction<'_>, collection: Collection) -> Result<(), Failure> {
    transaction.execute("DELETE FROM field_values WHERE collection = ?1", [collection.name])?;
    let mut update = transaction.prepare(
        "UPDATE documents SET order_value = ?3, unique_word = ?4 WHERE collection = ?1 AND id = ?2",
    )?;
    let mut after = String::new();
    loop {
        let documents = portion(transaction, collection, &after)?;
        let Some(last) = documents.last() else { return Ok(()) };
        after = last.id.to_string();
        for Stored { id, document } in &documents {
            let text = std::str::from_utf8(document).map_err(rusqlite::Error::from)?;
            let document = Document::parse(text).map_err(|error| Failure::Unreadable(id.clone(), error))?;
            let derived = Derived::new(collection, id.as_str(), &document);
            update.execute((collection.name, id.as_str(), &derived.order_value, &derived.unique_word))?;
            derived.insert_field_values(transaction, collection, id.as_str())?;
        }
    }
}
