//! The numbers of all documents that match a query, read from the columns of the index.

use serde_json::{Value, json};
use tributary_domain::Query;

use super::call::Call;
use super::compile::all;
use super::source::parse;
use super::walk::{Walk, WalkContent};
use super::wire::Hit;
use crate::{Numbers, StoreError};

/// The numbers of a document, one of each field.
type Row = Vec<Option<i64>>;

/// An iteration over the numbers of the documents that match a query.
pub(super) struct NumbersWalk {
    walk: Walk,
    query: Query,
    fields: Vec<&'static str>,
    /// The indexed names of the fields.
    columns: Vec<String>,
}

impl NumbersWalk {
    pub(super) async fn open(call: Call, query: &Query, fields: &[&'static str]) -> Result<Self, StoreError> {
        let index = call.prepared.index(query.collection)?;
        let (matching, content) = if query.collection.is_small {
            (json!({ "match_all": {} }), WalkContent::Source)
        } else {
            (all(index, &query.conditions, None), WalkContent::Numbers(fields))
        };
        let columns = fields.iter().map(|path| index.field(path).to_owned()).collect();
        let walk = Walk::open(call.clone(), index, matching, content).await?;
        Ok(Self { walk, query: query.clone(), fields: fields.to_vec(), columns })
    }

    /// The next rows; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Numbers>, StoreError> {
        let Self { walk, query, fields, columns } = self;
        let rows = if query.collection.is_small {
            walk.next(|hit| from_source(hit, query, fields)).await?
        } else {
            walk.next(|hit| Ok(Some(from_columns(hit, columns)))).await?
        };
        let Some(rows) = rows else { return Ok(None) };
        let mut numbers = Numbers::new(fields.len());
        for row in rows.into_iter().flatten() {
            numbers.push(row);
        }
        Ok(Some(numbers))
    }
}

/// The numbers of a document of a small collection, if it matches.
fn from_source(hit: &Hit<'_>, query: &Query, fields: &[&'static str]) -> Result<Option<Row>, StoreError> {
    let document = parse(hit.text(), &hit.id)?;
    let number = |path: &&'static str| query.collection.field(path)?.numbers(&document).first().copied();
    Ok(query.matches(&document).then(|| fields.iter().map(number).collect()))
}

fn from_columns(hit: &Hit<'_>, columns: &[String]) -> Row {
    let values = hit.columns();
    // Servers write dates in milliseconds as texts.
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let least = |column: &String| values.get(column.as_str())?.iter().filter_map(number).min();
    columns.iter().map(least).collect()
}
