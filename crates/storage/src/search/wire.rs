//! Types of the servers' responses; document sources stay raw JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{StoreError, Version};

/// A response of `_search`.
#[derive(Debug, Deserialize)]
pub(super) struct SearchAnswer<'a> {
    #[serde(borrow)]
    pub(super) hits: Hits<'a>,
    /// The id of the point in time for the next search.
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

/// A hit.
#[derive(Debug, Deserialize)]
pub(super) struct Hit<'a> {
    #[serde(rename = "_id", borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(rename = "_source", borrow, default)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) sort: Option<&'a RawValue>,
    #[serde(borrow, default)]
    fields: Option<&'a RawValue>,
    #[serde(rename = "_seq_no")]
    sequence: Option<u64>,
    #[serde(rename = "_primary_term")]
    term: Option<u64>,
}

impl SearchAnswer<'_> {
    /// The number of matching documents, if requested.
    pub(super) fn count(&self) -> u64 {
        self.hits.total.as_ref().map_or(0, |total| total.value)
    }
}

impl Hit<'_> {
    /// The source as raw JSON.
    pub(super) fn text(&self) -> &str {
        self.source.map_or("{}", RawValue::get)
    }

    /// The version, if requested.
    pub(super) fn version(&self) -> Option<Version> {
        version(self.sequence, self.term)
    }

    /// The values from columns that were asked for, by field.
    pub(super) fn columns(&self) -> BTreeMap<Cow<'_, str>, Vec<Value>> {
        self.fields.and_then(|fields| serde_json::from_str(fields.get()).ok()).unwrap_or_default()
    }

    /// The first sort value.
    pub(super) fn sort_value(&self) -> Value {
        let values: Option<Vec<Value>> = self.sort.and_then(|sort| serde_json::from_str(sort.get()).ok());
        values.and_then(|values| values.into_iter().next()).unwrap_or_default()
    }
}

/// A response of `_mget`.
#[derive(Debug, Deserialize)]
pub(super) struct GetAnswer<'a> {
    #[serde(borrow)]
    pub(super) docs: Vec<Got<'a>>,
}

/// A document of `_mget`.
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

/// A response of `_bulk`.
#[derive(Debug, Deserialize)]
pub(super) struct BulkAnswer<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<BTreeMap<&'a str, Item<'a>>>,
}

/// The result of one action.
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

/// The version for a sequence number and primary term.
pub(super) fn version(sequence: Option<u64>, term: Option<u64>) -> Option<Version> {
    Some(Version { sequence: sequence?, term: term? })
}

/// Parses a response.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| {
        StoreError::Backend(format!("an answer of the server has an unknown shape: {error}").into())
    })
}
