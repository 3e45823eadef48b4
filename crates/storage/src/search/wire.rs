//! The shapes of the servers' answers; documents stay the text that they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{StoreError, Version};

/// An answer to `_search`.
#[derive(Debug, Deserialize)]
pub(super) struct SearchAnswer<'a> {
    #[serde(borrow)]
    pub(super) hits: Hits<'a>,
    /// The point in time to go on with.
    pub(super) pit_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hits<'a> {
    pub(super) total: Option<Total>,
    #[serde(borrow)]
    pub(super) hits: Vec<Hit<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Total {
    pub(super) value: u64,
}

/// A document that was found.
#[derive(Debug, Deserialize)]
pub(super) struct Hit<'a> {
    #[serde(rename = "_id", borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(rename = "_source", borrow, default)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) sort: Option<&'a RawValue>,
}

impl Hit<'_> {
    /// The document as text.
    pub(super) fn text(&self) -> &str {
        self.source.map_or("{}", RawValue::get)
    }

    /// The place in time that it was sorted by; `i64::MAX` for none.
    pub(super) fn milliseconds(&self) -> i64 {
        // The first of several values of any shape; null for a document without a time.
        let first = self.sort.and_then(|sort| sort.get().strip_prefix('[')?.split([',', ']']).next());
        first.and_then(|first| first.trim().parse().ok()).unwrap_or(i64::MAX)
    }
}

/// An answer to `_mget`.
#[derive(Debug, Deserialize)]
pub(super) struct GetAnswer<'a> {
    #[serde(borrow)]
    pub(super) docs: Vec<Got<'a>>,
}

/// A document that was asked for by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Got<'a> {
    #[serde(rename = "_id", borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(rename = "_source", borrow, default)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(rename = "_seq_no")]
    pub(super) sequence: Option<u64>,
    #[serde(rename = "_primary_term")]
    pub(super) term: Option<u64>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// An answer to `_bulk`.
#[derive(Debug, Deserialize)]
pub(super) struct BulkAnswer<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<BTreeMap<&'a str, Item<'a>>>,
}

/// What became of one action.
#[derive(Debug, Deserialize)]
pub(super) struct Item<'a> {
    pub(super) status: u16,
    #[serde(rename = "_seq_no")]
    pub(super) sequence: Option<u64>,
    #[serde(rename = "_primary_term")]
    pub(super) term: Option<u64>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// The version that two numbers of an answer make.
pub(super) fn version(sequence: Option<u64>, term: Option<u64>) -> Option<Version> {
    Some(Version { sequence: sequence?, term: term? })
}

/// Reads an answer of a shape that is known.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| {
        StoreError::Backend(format!("an answer of the server has an unknown shape: {error}").into())
    })
}
