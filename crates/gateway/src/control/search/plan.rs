//! A search that was read: what the store can answer of it, and what is left.

use serde_json::Value;
use tributary_api::SourceFilter;
use tributary_domain::{Collection, Condition, Query, Refusal, Timestamp};

use super::super::query::read_query;
use super::aggregation::{Aggregation, aggregations};
use super::body::SearchBody;
use super::sort::{SortField, sort_fields};

/// The most hits of an answer, with those that are skipped.
const MAXIMUM_WINDOW: u64 = 10_000;
/// The hits of a search that does not say how many.
const DEFAULT_SIZE: u64 = 10;

/// A search that was read.
#[expect(clippy::struct_excessive_bools, reason = "these are switches of the API")]
#[derive(Debug)]
pub(crate) struct Search {
    pub(super) collection: Collection,
    /// The conditions that the store has indexes for.
    pub(super) conditions: Vec<Condition>,
    /// The other conditions.
    pub(super) rest: Vec<Condition>,
    pub(super) from: u32,
    pub(super) size: u32,
    /// The order; empty for the collection's own.
    pub(super) sort: Vec<SortField>,
    /// The sort values after which the hits begin.
    pub(super) after: Option<Vec<Value>>,
    /// `None` if documents are not answered.
    pub(super) source: Option<SourceFilter>,
    pub(super) tracks_total: bool,
    /// Whether the total is a number and no object.
    pub(super) total_is_number: bool,
    pub(super) has_sequence: bool,
    pub(super) has_version: bool,
    pub(super) aggregations: Vec<Aggregation>,
}

impl Search {
    /// Reads a search in the documents of a collection.
    pub(crate) fn read(collection: Collection, now: Timestamp, body: &SearchBody) -> Result<Self, Refusal> {
        let condition = |query: &Value| read_query(collection, now, query);
        let query = body.query.as_ref().map(condition).transpose()?;
        let filter = body.post_filter.as_ref().map(condition).transpose()?;
        let aggregations = aggregations(collection, body.aggs.as_ref())?;
        if filter.is_some() && !aggregations.is_empty() {
            return Err(refused("[post_filter] with aggregations is not served on control indices"));
        }
        let mut all = Vec::new();
        for condition in query.into_iter().chain(filter) {
            conjuncts(condition, &mut all);
        }
        let (conditions, rest) = all.into_iter().partition(|condition| condition.check(collection).is_ok());
        let (from, size) = window(body)?;
        let sort = sort_fields(collection, body.sort.as_ref())?;
        let after = body.search_after.as_ref().map(|after| values_after(after, &sort, from)).transpose()?;
        Ok(Self {
            collection,
            conditions,
            rest,
            from,
            size,
            sort,
            after,
            source: read_source(body.source.as_ref())?,
            tracks_total: body.track_total_hits != Some(Value::Bool(false)),
            total_is_number: false,
            has_sequence: body.seq_no_primary_term.unwrap_or(false),
            has_version: body.version.unwrap_or(false),
            aggregations,
        })
    }

    /// Whether the total is a number and no object, as in early versions of Elasticsearch.
    pub(crate) fn with_total_as_number(self, total_is_number: bool) -> Self {
        Self { total_is_number, ..self }
    }

    /// With these fields of documents, or without documents.
    pub(crate) fn with_source(self, source: Option<SourceFilter>) -> Self {
        Self { source, ..self }
    }

    /// The query of the store, if it answers the search by itself.
    pub(super) fn indexed_query(&self) -> Option<Query> {
        let query = self.query();
        let order = match &self.sort[..] {
            [] if self.after.is_none() => query.order,
            [SortField::Field(field, order), rest @ ..] if field.is_sorted => {
                let is_tie_break = match rest {
                    [] => true,
                    [SortField::Id(direction)] => *direction == order.direction,
                    _ => false,
                };
                is_tie_break.then_some(*order)?
            }
            _ => return None,
        };
        let is_plain = self.rest.is_empty() && self.after.is_none();
        is_plain.then(|| query.ordered(order).page(self.from, self.size))
    }

    /// The documents that match the conditions with an index, in the collection's own order.
    pub(super) fn query(&self) -> Query {
        Query { conditions: self.conditions.clone(), ..Query::of(self.collection) }
    }
}

/// The conditions that a condition demands to hold together.
fn conjuncts(condition: Condition, all: &mut Vec<Condition>) {
    match condition {
        Condition::Not(negated) => match *negated {
            Condition::Either(alternatives) => {
                for alternative in alternatives {
                    conjuncts(alternative.negated(), all);
                }
            }
            other => all.push(other.negated()),
        },
        Condition::Either(mut alternatives) if alternatives.len() == 1 => {
            conjuncts(alternatives.remove(0), all);
        }
        other => all.push(other),
    }
}

fn window(body: &SearchBody) -> Result<(u32, u32), Refusal> {
    let whole = |name: &str, given: &Option<Value>, default: u64| {
        let Some(given) = given.as_ref().filter(|given| !given.is_null()) else { return Ok(default) };
        let number = given.as_u64().or_else(|| given.as_str()?.parse().ok());
        number.ok_or_else(|| refused(format!("[{name}] must be a whole number from 0, but was [{given}]")))
    };
    let from = whole("from", &body.from, 0)?;
    let size = whole("size", &body.size, DEFAULT_SIZE)?;
    let end = from.saturating_add(size);
    if end > MAXIMUM_WINDOW {
        return Err(refused(format!(
            "Result window is too large, from + size must be less than or equal to: [{MAXIMUM_WINDOW}] but was [{end}]"
        )));
    }
    Ok((u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(size).unwrap_or(u32::MAX)))
}

/// The sort values after which the hits begin.
fn values_after(after: &[Value], sort: &[SortField], from: u32) -> Result<Vec<Value>, Refusal> {
    if sort.is_empty() {
        return Err(refused("[search_after] requires a [sort]"));
    }
    if after.len() != sort.len() {
        return Err(refused(format!(
            "[search_after] has [{}] values but [sort] has [{}]",
            after.len(),
            sort.len()
        )));
    }
    if from > 0 {
        return Err(refused("[from] must be 0 with [search_after]"));
    }
    sort.iter().zip(after).map(|(field, value)| field.after(value)).collect()
}

/// Which fields are answered: a boolean, one path or several, or paths to include and to exclude.
pub(crate) fn read_source(given: Option<&Value>) -> Result<Option<SourceFilter>, Refusal> {
    let paths = |value: Option<&Value>| -> Result<Vec<String>, Refusal> {
        let texts = |values: &[Value]| values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        let found = match value {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::String(path)) => Some(vec![path.clone()]),
            Some(Value::Array(values)) => texts(values),
            Some(_) => None,
        };
        found.ok_or_else(|| refused("[_source] requires true, false, or the paths of fields"))
    };
    let filter =
        |includes: Vec<String>, excludes: Vec<String>| SourceFilter::of(&includes, &excludes).map(Some);
    match given {
        Some(Value::Bool(false)) => Ok(None),
        None | Some(Value::Null | Value::Bool(true)) => filter(Vec::new(), Vec::new()),
        Some(Value::Object(parts)) => {
            let part = |names: [&str; 2]| paths(names.iter().find_map(|name| parts.get(*name)));
            filter(part(["includes", "include"])?, part(["excludes", "exclude"])?)
        }
        value => filter(paths(value)?, Vec::new()),
    }
}

fn refused(reason: impl Into<String>) -> Refusal {
    Refusal::InvalidArgument(reason.into())
}
