//! Aggregations: counts of matching documents by the values of a field.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tributary_domain::{Collection, Document, FieldKind, IndexedField, Refusal};

/// How many values are answered if an aggregation does not say.
const DEFAULT_SIZE: u64 = 10;
/// The most values that are answered.
const MAXIMUM_SIZE: u64 = 65_535;

/// A `terms` aggregation.
#[derive(Debug)]
pub(super) struct Aggregation {
    pub(super) name: String,
    pub(super) field: &'static IndexedField,
    /// What the answer repeats.
    meta: Option<Value>,
    size: usize,
    is_by_key: bool,
    is_ascending: bool,
}

/// The aggregations of a body. Only `terms` on keywords and booleans are served.
pub(super) fn aggregations(
    collection: Collection,
    given: Option<&Map<String, Value>>,
) -> Result<Vec<Aggregation>, Refusal> {
    given.into_iter().flatten().map(|(name, body)| aggregation(collection, name, body)).collect()
}

fn aggregation(collection: Collection, name: &str, body: &Value) -> Result<Aggregation, Refusal> {
    let kinds = body.as_object().into_iter().flatten().filter(|(kind, _)| *kind != "meta");
    let kinds: Vec<(&String, &Value)> = kinds.collect();
    let terms = match kinds[..] {
        [(kind, terms)] if kind == "terms" => terms.as_object(),
        _ => {
            let kinds: Vec<&str> = kinds.iter().map(|(kind, _)| kind.as_str()).collect();
            return Err(refused(format!(
                "aggregation [{name}] of [{}] is not served on control indices, only [terms] by itself",
                kinds.join(", ")
            )));
        }
    };
    let terms =
        terms.ok_or_else(|| refused(format!("[terms] of the aggregation [{name}] must be an object")))?;
    let known = ["field", "size", "order", "min_doc_count", "shard_size", "execution_hint", "collect_mode"];
    if let Some(other) = terms.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(refused(format!("[terms] with [{other}] is not served on control indices")));
    }
    if terms.get("min_doc_count").is_some_and(|count| *count != 1) {
        return Err(refused("[min_doc_count] must be [1] on control indices".to_owned()));
    }
    let path = terms.get("field").and_then(Value::as_str).unwrap_or_default();
    let is_of_words = |field: &&IndexedField| matches!(field.kind, FieldKind::Keyword | FieldKind::Boolean);
    let field = collection.field(path).filter(is_of_words);
    let field = field.ok_or_else(|| {
        refused(format!(
            "[terms] by the field [{path}] is not served on control indices: it is no indexed keyword"
        ))
    })?;
    let size = terms.get("size").map_or(Some(DEFAULT_SIZE), Value::as_u64);
    let size = size.filter(|size| (1..=MAXIMUM_SIZE).contains(size)).ok_or_else(|| {
        refused(format!("[size] of the aggregation [{name}] must be from 1 to [{MAXIMUM_SIZE}]"))
    })?;
    let (is_by_key, is_ascending) = order(name, terms.get("order"))?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let meta = body.get("meta").cloned();
    Ok(Aggregation { name: name.to_owned(), field, meta, size, is_by_key, is_ascending })
}

/// Whether values are ordered by themselves and not by their counts, and whether upwards.
fn order(name: &str, given: Option<&Value>) -> Result<(bool, bool), Refusal> {
    let Some(given) = given else { return Ok((false, false)) };
    let single = given.as_object().filter(|order| order.len() == 1).and_then(|order| order.iter().next());
    match single.map(|(key, direction)| (key.as_str(), direction.as_str().unwrap_or_default())) {
        Some((key @ ("_key" | "_count"), direction @ ("asc" | "desc"))) => {
            Ok((key == "_key", direction == "asc"))
        }
        _ => Err(refused(format!(
            "[order] of the aggregation [{name}] must be [_key] or [_count], [asc] or [desc], but was [{given}]"
        ))),
    }
}

impl Aggregation {
    /// How often each value is in these documents.
    pub(super) fn counts_of<'d>(
        &self,
        documents: impl Iterator<Item = &'d Document>,
    ) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for word in documents.flat_map(|document| self.field.words(document)) {
            *counts.entry(word).or_default() += 1;
        }
        counts
    }

    /// The answer with these counts.
    pub(super) fn answer(&self, counts: BTreeMap<String, u64>) -> Value {
        // Among equals by the value, upwards.
        let mut buckets: Vec<(String, u64)> = counts.into_iter().collect();
        match (self.is_by_key, self.is_ascending) {
            (true, true) => {}
            (true, false) => buckets.reverse(),
            (false, true) => buckets.sort_by_key(|(_, count)| *count),
            (false, false) => buckets.sort_by_key(|(_, count)| std::cmp::Reverse(*count)),
        }
        let others: u64 = buckets.iter().skip(self.size).map(|(_, count)| count).sum();
        let buckets: Vec<Value> = buckets.iter().take(self.size).map(|bucket| self.bucket(bucket)).collect();
        let mut answer =
            json!({ "doc_count_error_upper_bound": 0, "sum_other_doc_count": others, "buckets": buckets });
        if let Some(meta) = &self.meta {
            answer["meta"] = meta.clone();
        }
        answer
    }

    fn bucket(&self, (word, count): &(String, u64)) -> Value {
        if self.field.kind == FieldKind::Boolean {
            return json!({ "key": u8::from(word == "true"), "key_as_string": word, "doc_count": count });
        }
        json!({ "key": word, "doc_count": count })
    }
}

fn refused(reason: String) -> Refusal {
    Refusal::InvalidArgument(reason)
}
