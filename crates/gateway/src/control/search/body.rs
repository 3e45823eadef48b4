//! The body of a search, and the parameters that stand for its fields.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a search. What is not served is refused by name.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBody {
    /// Which documents match; all without it.
    pub(crate) query: Option<Value>,
    /// A second query, which the hits have to match.
    pub(crate) post_filter: Option<Value>,
    /// How many of the matching documents to skip.
    pub(crate) from: Option<Value>,
    /// The most hits.
    pub(crate) size: Option<Value>,
    /// The order of the hits: fields, each with a direction.
    pub(crate) sort: Option<Value>,
    /// The sort values of a hit, after which to go on.
    pub(crate) search_after: Option<Vec<Value>>,
    /// The fields of documents that are answered.
    #[serde(rename = "_source")]
    pub(crate) source: Option<Value>,
    /// Whether the number of matching documents is answered; it is always exact.
    pub(crate) track_total_hits: Option<Value>,
    /// Whether each hit has its `_seq_no` and `_primary_term`.
    pub(crate) seq_no_primary_term: Option<bool>,
    /// Whether each hit has its `_version`.
    pub(crate) version: Option<bool>,
    /// Counts of matching documents by the values of a field: `terms`.
    #[serde(alias = "aggregations")]
    pub(crate) aggs: Option<Map<String, Value>>,
    /// Without effect: answers do not take long.
    #[expect(dead_code, reason = "it is accepted")]
    pub(crate) timeout: Option<Value>,
    /// Without effect: there are no scores.
    #[expect(dead_code, reason = "it is accepted")]
    pub(crate) track_scores: Option<Value>,
}

/// The body of a count.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountBody {
    /// Which documents match; all without it.
    pub(crate) query: Option<Value>,
}
