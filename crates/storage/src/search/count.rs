//! Counts of documents that match a query, grouped by the values of fields.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tributary_domain::Query;

use super::call::Call;
use super::compile::all;
use super::indices::Index;
use super::small;
use super::wire::{self, SearchAnswer};
use crate::{Counts, StoreError};

/// The page size of the composite aggregation.
const GROUPS_PER_PAGE: usize = 1_000;

/// A page of groups.
#[derive(Debug, Default, Deserialize)]
struct Grouped {
    #[serde(default)]
    aggregations: Aggregations,
}

#[derive(Debug, Default, Deserialize)]
struct Aggregations {
    groups: Groups,
}

#[derive(Debug, Default, Deserialize)]
struct Groups {
    after_key: Option<Value>,
    buckets: Vec<Bucket>,
}

/// A combination of values, keyed by the position of the field.
#[derive(Debug, Deserialize)]
struct Bucket {
    key: Map<String, Value>,
    doc_count: u64,
}

/// How many documents match, in total and grouped by the values of fields.
pub(super) async fn count(call: &Call, query: &Query, by: &[&'static str]) -> Result<Counts, StoreError> {
    let index = call.prepared.index(query.collection)?;
    if query.collection.is_small {
        return small::count(call, index, query, by).await;
    }
    call.ready(index, query, by).await?;
    let mut counts = Counts::default();
    let mut body = json!({
        "query": all(index, &query.conditions, None),
        "size": 0,
        "track_total_hits": true,
    });
    if !by.is_empty() {
        body["aggs"] =
            json!({ "groups": { "composite": { "size": GROUPS_PER_PAGE, "sources": sources(index, by) } } });
    }
    loop {
        let text = call.search(&index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&text)?;
        if body["track_total_hits"] == true {
            counts.total = answer.count();
            body["track_total_hits"] = false.into();
        }
        let Groups { after_key, buckets } = wire::read::<Grouped>(&text)?.aggregations.groups;
        let is_last = buckets.len() < GROUPS_PER_PAGE;
        counts.groups.extend(buckets.into_iter().map(|bucket| (words(&bucket, by.len()), bucket.doc_count)));
        match after_key.filter(|_| !is_last) {
            Some(after) => body["aggs"]["groups"]["composite"]["after"] = after,
            None => return Ok(counts),
        }
    }
}

/// The fields, named by position.
fn sources(index: &Index, by: &[&'static str]) -> Vec<BTreeMap<String, Value>> {
    let source =
        |path: &&'static str| json!({ "terms": { "field": index.field(path), "missing_bucket": true } });
    by.iter().enumerate().map(|(place, path)| BTreeMap::from([(place.to_string(), source(path))])).collect()
}

/// The values of a group in the order of the fields.
fn words(bucket: &Bucket, fields: usize) -> Vec<Option<String>> {
    let word = |place: usize| match bucket.key.get(&place.to_string())? {
        Value::Null => None,
        Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    };
    (0..fields).map(word).collect()
}
