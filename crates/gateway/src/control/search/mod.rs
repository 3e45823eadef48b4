//! Searches in control indices.
//!
//! What the store has an index for is answered by it. Other conditions and orders are evaluated here, on a bounded number
//! of documents.

mod aggregation;
mod aggregations;
mod body;
mod candidates;
mod hits;
mod plan;
mod sort;

use std::time::Instant;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tributary_api::ApiError;
use tributary_service::{Context, document};
use tributary_storage::Store;

use self::aggregations::aggregate;
use self::hits::{Found, Hit, hits};
use super::shards::{SHARDS, Shards};

pub(crate) use self::body::{CountBody, SearchBody};
pub(crate) use self::hits::{number_of, source};
pub(crate) use self::plan::{Search, read_source};

/// The answer to a search.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SearchAnswer {
    /// How many milliseconds it took.
    took: u64,
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    hits: Hits,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregations: Option<Map<String, Value>>,
}

/// The hits, and how many documents match.
#[derive(Debug, Serialize, JsonSchema)]
struct Hits {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Total>,
    max_score: Option<f32>,
    #[serde(rename = "hits")]
    list: Vec<Hit>,
}

/// How many documents match.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Total {
    Number(u64),
    Exact { value: u64, relation: &'static str },
}

/// Carries out a search.
pub(crate) async fn search(
    store: &dyn Store,
    context: &Context,
    search: &Search,
) -> Result<SearchAnswer, ApiError> {
    let start = Instant::now();
    let (count, page, aggregations) = if let Some(query) = search.indexed_query() {
        let page = document::list(store, context, &query).await?;
        let read = |text: &[u8]| Found::read(search, Bytes::copy_from_slice(text));
        let found = page.documents.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        (page.count, found, aggregate(store, context, search, None).await?)
    } else {
        let all = search.candidates(store, context).await?;
        let aggregations = aggregate(store, context, search, Some(&all)).await?;
        (all.len() as u64, search.page_of(all), aggregations)
    };
    let hits = hits(store, context, search, page).await?;
    let max_score = (search.sort.is_empty() && !hits.is_empty()).then_some(1.0);
    let total = if search.total_is_number {
        Total::Number(count)
    } else {
        Total::Exact { value: count, relation: "eq" }
    };
    Ok(SearchAnswer {
        took: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        timed_out: false,
        shards: SHARDS,
        hits: Hits { total: search.tracks_total.then_some(total), max_score, list: hits },
        aggregations,
    })
}

/// How many documents match a search.
pub(crate) async fn count(store: &dyn Store, context: &Context, search: &Search) -> Result<u64, ApiError> {
    match search.indexed_query() {
        Some(query) => Ok(document::list(store, context, &query.page(0, 0)).await?.count),
        None => Ok(search.candidates(store, context).await?.len() as u64),
    }
}
