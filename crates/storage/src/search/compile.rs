//! Translates conditions to the query DSL.

use serde_json::{Value, json};
use tributary_domain::{Condition, FieldKind};

use super::indices::Index;

/// The maximum number of words of a `terms` query, by the servers' default.
const WORDS_PER_QUERY: usize = 65_536;

/// Matches documents that satisfy all conditions, and an additional query if there is one.
pub(super) fn all(index: &Index, conditions: &[Condition], more: Option<Value>) -> Value {
    let filters: Vec<Value> =
        conditions.iter().map(|condition| compiled(index, condition)).chain(more).collect();
    if filters.is_empty() { json!({ "match_all": {} }) } else { json!({ "bool": { "filter": filters } }) }
}

fn compiled(index: &Index, condition: &Condition) -> Value {
    match condition {
        Condition::AnyOf { field, words } => any_of(index, field, words),
        Condition::Range { field, from, before } => range(index, field, *from, *before),
        Condition::Exists { field } => exists(index, field),
        Condition::Contains { fields, text } => {
            any(fields.iter().map(|field| contains(index.field(field), text)).collect())
        }
        Condition::Like { field, pattern } => {
            json!({ "wildcard": { index.field(field): { "value": pattern.replace('\\', "\\\\") } } })
        }
        Condition::Ids(ids) => json!({ "ids": { "values": ids } }),
        // Queries of small collections are not compiled, and no other has this condition.
        Condition::IdLike(_) => nothing(),
        Condition::Either(conditions) => {
            any(conditions.iter().map(|condition| compiled(index, condition)).collect())
        }
        Condition::Not(condition) => not(&compiled(index, condition)),
    }
}

/// Negates a query.
pub(super) fn not(query: &Value) -> Value {
    json!({ "bool": { "must_not": query } })
}

/// Matches any of several queries.
pub(super) fn any(queries: Vec<Value>) -> Value {
    match <[Value; 1]>::try_from(queries) {
        Ok([query]) => query,
        Err(queries) if queries.is_empty() => nothing(),
        Err(queries) => json!({ "bool": { "should": queries, "minimum_should_match": 1 } }),
    }
}

pub(super) fn nothing() -> Value {
    json!({ "match_none": {} })
}

/// Matches documents with one of these values in a field.
pub(super) fn any_of(index: &Index, path: &str, words: &[impl AsRef<str>]) -> Value {
    let is_boolean = kind(index, path) == Some(FieldKind::Boolean);
    let words = words.iter().map(AsRef::as_ref);
    // Servers reject other values for a boolean field.
    let words: Vec<&str> = words.filter(|word| !is_boolean || matches!(*word, "true" | "false")).collect();
    let field = index.field(path);
    match *words {
        [] => nothing(),
        // A `terms` query with one value is slower: it collects all documents before sorting.
        [word] => json!({ "term": { field: word } }),
        _ => any(words.chunks(WORDS_PER_QUERY).map(|words| json!({ "terms": { field: words } })).collect()),
    }
}

/// Matches documents with a number or date in a range.
pub(super) fn range(index: &Index, path: &str, from: Option<i64>, before: Option<i64>) -> Value {
    // OpenSearch rounds `lte` and `gt` of dates before 1970 incorrectly. Servers reject the least number as a date, and
    // numbers beyond the limits of a type.
    let (least, greatest) = index.limits(path);
    if from.is_some_and(|from| from > greatest) || before.is_some_and(|before| before <= least) {
        return nothing();
    }
    let mut range = json!({});
    if let Some(from) = from.filter(|from| *from > least) {
        range["gte"] = from.into();
    }
    if let Some(before) = before.filter(|before| *before <= greatest) {
        range["lt"] = before.into();
    }
    if range == json!({}) {
        return exists(index, path);
    }
    if kind(index, path) == Some(FieldKind::Date) {
        range["format"] = "epoch_millis".into();
    }
    json!({ "range": { index.field(path): range } })
}

/// Matches documents with a value in a field.
pub(super) fn exists(index: &Index, path: &str) -> Value {
    let field = index.field(path);
    let exists = |field: &str| json!({ "exists": { "field": field } });
    match kind(index, path) {
        // A value too long to be indexed counts as well, if the server records it.
        Some(FieldKind::Keyword) => any(vec![exists(field), json!({ "term": { "_ignored": field } })]),
        Some(FieldKind::Text) if field != path => any(vec![exists(path), exists(field)]),
        _ => exists(field),
    }
}

/// Requests the values of a numeric field from its column, dates in this format.
pub(super) fn number_column(index: &Index, path: &str, date_format: &str) -> Value {
    match kind(index, path) {
        Some(FieldKind::Date) => json!({ "field": index.field(path), "format": date_format }),
        _ => json!({ "field": index.field(path) }),
    }
}

fn contains(field: &str, text: &str) -> Value {
    let mut pattern = String::from("*");
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('*');
    json!({ "wildcard": { field: { "value": pattern } } })
}

fn kind(index: &Index, path: &str) -> Option<FieldKind> {
    index.collection.field(path).map(|field| field.kind)
}
