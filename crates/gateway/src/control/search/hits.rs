//! The hits of a search, as they are answered.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use tributary_api::ApiError;
use tributary_domain::{Document, Id};
use tributary_service::Context;
use tributary_service::document::{self, DocumentVersion};
use tributary_storage::{Store, StoreError};

use super::plan::Search;
use super::sort::SortValues;

/// A document that was found.
pub(super) struct Found {
    pub(super) id: String,
    /// As clients of the connector APIs see it.
    pub(super) text: Bytes,
    pub(super) document: Document,
    pub(super) sort: SortValues,
}

/// A hit.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Hit {
    #[serde(rename = "_index")]
    index: String,
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_score")]
    score: Option<f32>,
    #[serde(rename = "_version", skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(rename = "_seq_no", skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(rename = "_primary_term", skip_serializing_if = "Option::is_none")]
    term: Option<u64>,
    #[serde(rename = "_source", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Document>")]
    source: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Option<SortValues>")]
    sort: SortValues,
}

impl Found {
    /// A document as the store answers it.
    pub(super) fn read(search: &Search, text: Bytes) -> Result<Self, StoreError> {
        let broken = || StoreError::Backend("a document of a list cannot be read".into());
        let document = std::str::from_utf8(&text).ok().and_then(|text| Document::parse(text).ok());
        let document = document.ok_or_else(broken)?;
        let id = document.id().ok_or_else(broken)?;
        let sort = search.sort.iter().map(|field| field.value(&id, &document)).collect();
        Ok(Self { id, text, document, sort })
    }
}

/// The hits, with their versions where these are asked for.
pub(super) async fn hits(
    store: &dyn Store,
    context: &Context,
    search: &Search,
    mut found: Vec<Found>,
) -> Result<Vec<Hit>, ApiError> {
    let mut versions = vec![None; found.len()];
    if search.has_sequence || search.has_version {
        (found, versions) = versioned(store, context, search, found).await?;
    }
    let index = search.collection.index_name();
    let hit = |(found, version): (Found, Option<DocumentVersion>)| {
        let version_for = |is_wanted: bool| version.filter(|_| is_wanted);
        Ok(Hit {
            index: index.clone(),
            score: search.sort.is_empty().then_some(1.0),
            version: version_for(search.has_version).map(number_of),
            sequence: version_for(search.has_sequence).map(|version| version.sequence),
            term: version_for(search.has_sequence).map(|version| version.term),
            source: search.source.as_ref().map(|filter| source(&filter.apply(&found.text))).transpose()?,
            id: found.id,
            sort: found.sort,
        })
    };
    found.into_iter().zip(versions).map(hit).collect()
}

/// Reads documents again with their versions. Of one that was changed since, the present state is answered if it still
/// matches.
async fn versioned(
    store: &dyn Store,
    context: &Context,
    search: &Search,
    found: Vec<Found>,
) -> Result<(Vec<Found>, Vec<Option<DocumentVersion>>), ApiError> {
    let ids = found.iter().map(|found| Id::parse("id", found.id.clone())).collect::<Result<Vec<_>, _>>()?;
    let present = document::get_many(store, context, search.collection, &ids).await?;
    let mut kept = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for (found, present) in found.into_iter().zip(present) {
        let Some(present) = present else { continue };
        let is_changed = present.document != found.text;
        let found = if is_changed { Found::read(search, present.document)? } else { found };
        if !is_changed || search.matches(&found) {
            kept.0.push(found);
            kept.1.push(Some(present.version.into()));
        }
    }
    Ok(kept)
}

/// A `_version`, which only grows: the number of the change, from 1.
pub(crate) fn number_of(version: DocumentVersion) -> u64 {
    version.sequence.saturating_add(1)
}

/// The source of a document: without the id, which stands beside it.
pub(crate) fn source(text: &Bytes) -> Result<Box<RawValue>, ApiError> {
    let text = std::str::from_utf8(text).map_err(|error| ApiError::Internal(error.into()))?;
    let mut document = Document::parse(text).map_err(|error| ApiError::Internal(error.into()))?;
    document.remove("id");
    RawValue::from_string(document.to_json()).map_err(|error| ApiError::Internal(error.into()))
}
