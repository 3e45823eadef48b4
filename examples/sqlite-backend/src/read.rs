//! What is asked: single documents, lists with their conditions, and portions of everything.

use bytes::Bytes;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, params_from_iter};
use tributary_domain::{ConnectorQuery, Id, SortOrder, SyncJobQuery};
use tributary_storage::{Collection, Page, Stored, Version, Versioned};

/// The fields that connectors are found by.
pub(crate) const CONNECTOR_FIELDS: [&str; 4] = ["index_name", "name", "service_type", "description"];
/// How many documents a portion has.
pub(crate) const PORTION: usize = 500;

pub(crate) fn name_of(collection: Collection) -> &'static str {
    match collection {
        Collection::Connectors => "connectors",
        Collection::SyncJobs => "sync_jobs",
        Collection::Secrets => "secrets",
    }
}

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
    let versioned = select.query_row((name_of(collection), id.as_str()), |row| {
        Ok(Versioned { version: version(row.get(0)?), document: text(row, 1)? })
    });
    versioned.optional()
}

/// A page and the count of all that match, both of one moment.
pub(crate) fn list(
    connection: &mut Connection,
    conditions: &Conditions,
    from: u32,
    size: u32,
) -> rusqlite::Result<Page> {
    let moment = connection.transaction()?;
    let Conditions { sql, texts, direction } = conditions;
    let mut count = moment.prepare_cached(&format!("SELECT count(*) FROM documents WHERE {sql}"))?;
    let count: i64 = count.query_row(params_from_iter(texts), |row| row.get(0))?;
    let mut page = moment.prepare_cached(&format!(
        "SELECT rendered FROM documents WHERE {sql} ORDER BY order_number {direction}, order_text {direction}, \
         id {direction} LIMIT {size} OFFSET {from}"
    ))?;
    let documents = page.query_map(params_from_iter(texts), |row| text(row, 0))?;
    Ok(Page { count: count.cast_unsigned(), documents: documents.collect::<rusqlite::Result<_>>()? })
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
    let rows = select.query_map((name_of(collection), after, limit), |row| {
        let id = Id::parse("id", row.get::<_, String>(0)?);
        let id = id.map_err(|refusal| Error::FromSqlConversionFailure(0, Type::Text, refusal.into()))?;
        Ok(Stored { id, document: text(row, 1)? })
    })?;
    rows.collect()
}

fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Bytes> {
    Ok(Bytes::copy_from_slice(row.get_ref(column)?.as_str()?.as_bytes()))
}

/// What follows `WHERE`, and the texts for its question marks: no text of a client becomes SQL.
pub(crate) struct Conditions {
    sql: String,
    texts: Vec<String>,
    /// Which end of the list comes first.
    direction: &'static str,
}

impl Conditions {
    pub(crate) fn of_sync_jobs(query: &SyncJobQuery) -> Self {
        let mut conditions = Self::of(Collection::SyncJobs);
        for filter in &query.filters {
            conditions.has_one_of(filter.field.path(), &filter.words);
        }
        if query.order == SortOrder::Descending {
            conditions.direction = "DESC";
        }
        conditions
    }

    pub(crate) fn of_connectors(query: &ConnectorQuery) -> Self {
        let mut conditions = Self::of(Collection::Connectors);
        if !query.include_deleted {
            conditions.sql.push_str(" AND is_deleted = 0");
        }
        for (field, words) in [
            ("index_name", &query.index_names),
            ("name", &query.names),
            ("service_type", &query.service_types),
        ] {
            if !words.is_empty() {
                conditions.has_one_of(field, words);
            }
        }
        if let Some(text) = &query.text {
            let fields = "field IN ('index_name', 'name', 'description')";
            conditions.is_found_by(&format!("{fields} AND instr(word, ?) > 0"), [text.clone()]);
        }
        conditions
    }

    fn of(collection: Collection) -> Self {
        Self {
            sql: "collection = ?".to_owned(),
            texts: vec![name_of(collection).to_owned()],
            direction: "ASC",
        }
    }

    /// Adds that a field has one of the words.
    fn has_one_of(&mut self, field: &str, words: &[String]) {
        let marks = vec!["?"; words.len()].join(", ");
        let texts = std::iter::once(field.to_owned()).chain(words.iter().cloned());
        self.is_found_by(&format!("field = ? AND word IN ({marks})"), texts);
    }

    /// Adds that the document has a word of which `condition` holds.
    fn is_found_by(&mut self, condition: &str, texts: impl IntoIterator<Item = String>) {
        let subject = format!(" AND id IN (SELECT id FROM words WHERE collection = ?1 AND {condition})");
        self.sql.push_str(&subject);
        self.texts.extend(texts);
    }
}
