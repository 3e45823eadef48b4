//! Queries of the query DSL as conditions of the domain. What is not served is refused by name.

mod bounds;
mod compound;
mod leaf;

use serde_json::{Map, Value};
use tributary_domain::{Collection, Condition, FieldKind, IndexedField, Refusal, Timestamp};

/// The most levels of queries in one another.
const MAXIMUM_DEPTH: usize = 20;
/// The most queries in a query.
const MAXIMUM_CLAUSES: usize = 1_000;
/// The queries that are served.
const SERVED: &str =
    "bool, constant_score, exists, ids, match, match_all, match_none, match_phrase, range, term, terms";
/// The name of the id in queries.
const ID: &str = "_id";

/// The condition that a query is, on documents of a collection.
pub(crate) fn read_query(
    collection: Collection,
    now: Timestamp,
    query: &Value,
) -> Result<Condition, Refusal> {
    QueryReader { collection, now, clauses: 0 }.clause(query, 1)
}

/// Reads the queries of one request.
struct QueryReader {
    collection: Collection,
    /// What `now` in dates is.
    now: Timestamp,
    /// How many queries were read.
    clauses: usize,
}

/// What a query is about: a declared field, or the id.
#[derive(Clone, Copy)]
enum Target {
    Id,
    Field(&'static IndexedField),
}

impl QueryReader {
    fn clause(&mut self, query: &Value, depth: usize) -> Result<Condition, Refusal> {
        let (name, body) = single(query, "a query")?;
        self.clauses += 1;
        if depth > MAXIMUM_DEPTH {
            return Err(refused(format!("queries can be nested at most [{MAXIMUM_DEPTH}] levels deep")));
        }
        if self.clauses > MAXIMUM_CLAUSES {
            return Err(refused(format!("a query can have at most [{MAXIMUM_CLAUSES}] clauses")));
        }
        match name {
            "match_all" => Ok(Condition::all([])),
            "match_none" => Ok(Condition::Either(Vec::new())),
            "bool" => self.boolean(object(body, name)?, depth),
            "constant_score" => self.constant_score(object(body, name)?, depth),
            "term" => self.term(object(body, name)?, name, "value"),
            "match" | "match_phrase" => self.term(object(body, name)?, name, "query"),
            "terms" => self.terms(object(body, name)?),
            "ids" => ids(object(body, name)?),
            "exists" => self.exists(object(body, name)?),
            "range" => self.range(object(body, name)?),
            other => Err(refused(format!(
                "query [{other}] is not served on control indices, served are [{SERVED}]"
            ))),
        }
    }

    /// The field with a path, for a query that looks at its values.
    fn target(&self, path: &str, query: &str) -> Result<Target, Refusal> {
        if path == ID {
            return Ok(Target::Id);
        }
        let field = self.collection.field(path).filter(|field| field.difference_of.is_none());
        match field {
            Some(field) if field.kind != FieldKind::Object => Ok(Target::Field(field)),
            _ => Err(refused(format!(
                "[{query}] on the field [{path}] is not served: it is not indexed; indexed are [{}]",
                self.paths().join(", ")
            ))),
        }
    }

    /// The paths of the fields that queries can be about.
    fn paths(&self) -> Vec<&'static str> {
        let is_indexed =
            |field: &&IndexedField| field.kind != FieldKind::Object && field.difference_of.is_none();
        self.collection.fields.iter().filter(is_indexed).map(|field| field.path).collect()
    }
}

/// The only field of an object, without parameters that have no effect here.
fn single<'v>(value: &'v Value, what: &str) -> Result<(&'v str, &'v Value), Refusal> {
    let fields =
        value.as_object().ok_or_else(|| refused(format!("{what} must be an object, but was [{value}]")))?;
    let mut names = fields.iter();
    match (names.next(), names.next()) {
        (Some((name, body)), None) => Ok((name, body)),
        (None, _) => Err(refused(format!("{what} must not be empty"))),
        (Some((first, _)), Some((second, _))) => {
            Err(refused(format!("{what} must have one name, but has [{first}] and [{second}]")))
        }
    }
}

fn object<'v>(value: &'v Value, query: &str) -> Result<&'v Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| refused(format!("[{query}] must be an object, but was [{value}]")))
}

/// The ids of an `ids` query.
fn ids(body: &Map<String, Value>) -> Result<Condition, Refusal> {
    only(body, "ids", &["values", "boost", "_name"])?;
    let values = body.get("values").map_or(Ok(Vec::new()), |values| leaf::words(values, "ids"))?;
    Ok(Condition::Ids(values))
}

/// Refuses parameters other than these.
fn only(body: &Map<String, Value>, query: &str, known: &[&str]) -> Result<(), Refusal> {
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(refused(format!("[{query}] with [{other}] is not served on control indices"))),
    }
}

fn refused(reason: String) -> Refusal {
    Refusal::InvalidArgument(reason)
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
