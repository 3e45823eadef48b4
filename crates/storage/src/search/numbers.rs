//! The numbers of all documents that match a query, read from the columns of the index.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tributary_domain::{IndexedField, Query};

use super::call::Call;
use super::compile::all;
use super::dialect::Dialect;
use super::indices::Index;
use super::source::parse;
use super::walk::{Walk, WalkContent};
use super::wire::Hit;
use crate::{Numbers, StoreError};

/// The numbers of a document, one of each field.
pub(super) type Row = Vec<Option<i64>>;

/// Fields whose least numbers are read from the columns of an index.
pub(super) struct Measured {
    fields: Vec<&'static IndexedField>,
    /// The paths of their sources, each with the name of its column.
    columns: BTreeMap<&'static str, String>,
    dialect: Dialect,
}

impl Measured {
    pub(super) fn new(index: &Index, paths: &[&'static str], dialect: Dialect) -> Self {
        let fields: Vec<_> = paths.iter().filter_map(|path| index.collection.field(path)).collect();
        let column = |path| (path, index.field(path).to_owned());
        let columns = fields.iter().flat_map(|field| field.sources()).map(column).collect();
        Self { fields, columns, dialect }
    }

    /// The paths of the columns.
    pub(super) fn sources(&self) -> Vec<&'static str> {
        self.columns.keys().copied().collect()
    }

    /// The least number of a hit in each field.
    pub(super) fn row(&self, hit: &Hit<'_>) -> Row {
        let values = hit.columns();
        let number = |value: &Value| match value {
            // Servers write dates as texts, and Elasticsearch 9 the latest one as null.
            Value::String(date) => self.dialect.milliseconds(date),
            Value::Null => Some(i64::MAX),
            number => number.as_i64(),
        };
        let least = |path| values.get(self.columns.get(path)?.as_str())?.iter().filter_map(number).min();
        self.fields.iter().map(|field| field.least_number(least)).collect()
    }
}

/// An iteration over the numbers of the documents that match a query.
pub(super) struct NumbersWalk {
    walk: Walk,
    query: Query,
    measured: Measured,
}

impl NumbersWalk {
    pub(super) async fn open(call: Call, query: &Query, fields: &[&'static str]) -> Result<Self, StoreError> {
        let index = call.prepared.index(query.collection)?;
        let measured = Measured::new(index, fields, call.prepared.dialect);
        let sources = measured.sources();
        let (matching, content) = if query.collection.is_small {
            (json!({ "match_all": {} }), WalkContent::Source)
        } else {
            call.ready(index, query, fields).await?;
            (all(index, &query.conditions, None), WalkContent::Numbers(&sources))
        };
        let walk = Walk::open(call.clone(), index, matching, content).await?;
        Ok(Self { walk, query: query.clone(), measured })
    }

    /// The next rows; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Numbers>, StoreError> {
        let Self { walk, query, measured } = self;
        let rows = if query.collection.is_small {
            walk.next(|hit| from_source(hit, query, &measured.fields)).await?
        } else {
            walk.next(|hit| Ok(Some(measured.row(hit)))).await?
        };
        let Some(rows) = rows else { return Ok(None) };
        let mut numbers = Numbers::new(measured.fields.len());
        for row in rows.into_iter().flatten() {
            numbers.push(row);
        }
        Ok(Some(numbers))
    }
}

/// The numbers of a document of a small collection, if it matches.
fn from_source(
    hit: &Hit<'_>,
    query: &Query,
    fields: &[&'static IndexedField],
) -> Result<Option<Row>, StoreError> {
    let document = parse(hit.text(), &hit.id)?;
    let number = |field: &&IndexedField| field.numbers(&document).first().copied();
    Ok(query.matches(&hit.id, &document).then(|| fields.iter().map(number).collect()))
}
