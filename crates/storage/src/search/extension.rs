//! Adds mappings to an existing index, and notes in its `_meta` what remains to be done.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};
use tributary_domain::Collection;

use super::client::{Client, Request, ServerResponse};
use super::fields::{Missing, is_required};
use super::mappings::{self, FINGERPRINT, needed};
use super::problem::Problem;
use super::unready::Unready;
use crate::{Deadline, StoreError};

/// Lists fields in a mapping's `_meta` from when they are added until every document has been rewritten. Earlier versions
/// wrote `true`.
const UNFINISHED: &str = "tributary_writes_again";
/// The key in `_meta` before schemas had fingerprints.
const FORMER_VERSION: &str = "tributary_mapping_version";

/// An existing index that is given what it lacks.
pub(super) struct Extension<'e> {
    pub(super) client: &'e Client,
    pub(super) index: &'e str,
    pub(super) collection: Collection,
    /// The `_meta` of its mapping.
    pub(super) meta: Map<String, Value>,
}

impl Extension<'_> {
    /// Adds mappings. If the index does not take some of them, or may not be changed, its other fields are used
    /// nevertheless.
    pub(super) async fn add(
        &mut self,
        missing: Missing,
        unusable: &mut BTreeMap<&'static str, String>,
    ) -> Result<(), Unready> {
        if missing.is_empty() {
            return self.note_fingerprint().await;
        }
        match self.put(&missing).await {
            Err(error) if is_lasting(&error) => {}
            done => return done,
        }
        for one in missing {
            let path = one.0;
            match self.put(&[one]).await {
                Err(error) if is_lasting(&error) && !is_required(self.collection, path) => {
                    let name = self.index;
                    let reason = format!(
                        "the index [{name}] cannot be queried by [{path}]: {}",
                        error.to_store_error()
                    );
                    unusable.insert(path, reason);
                }
                done => done?,
            }
        }
        Ok(())
    }

    /// The fields by which not all documents may be indexed yet.
    pub(super) fn pending(&self) -> Vec<&'static str> {
        let paths = needed(self.collection).map(|field| field.path);
        match self.meta.get(UNFINISHED) {
            None => Vec::new(),
            Some(Value::Array(listed)) => paths.filter(|path| listed.iter().any(|one| one == path)).collect(),
            Some(_) => paths.collect(),
        }
    }

    async fn put(&mut self, missing: &[(&'static str, Value)]) -> Result<(), Unready> {
        let paths: Vec<&str> =
            self.pending().into_iter().chain(missing.iter().map(|(path, _)| *path)).collect();
        let mut meta = self.meta.clone();
        meta.insert(UNFINISHED.to_owned(), paths.into());
        let properties = mappings::properties(missing.iter().cloned());
        put_mapping(self.client, self.index, &json!({ "properties": properties, "_meta": meta })).await?;
        self.meta = meta;
        Ok(())
    }

    /// Notes the fingerprint of the schema, where another one is noted. Nothing depends on it.
    async fn note_fingerprint(&mut self) -> Result<(), Unready> {
        if !is_outdated(&self.meta, self.collection) {
            return Ok(());
        }
        let meta = noted(self.meta.clone(), self.collection);
        match put_mapping(self.client, self.index, &json!({ "_meta": meta })).await {
            Err(error) if is_lasting(&error) => {
                let error = error.to_store_error();
                tracing::warn!(index = self.index, %error, "the mapping of the index cannot be changed");
            }
            done => {
                done?;
                self.meta = meta;
            }
        }
        Ok(())
    }
}

/// Whether the same request would fail again.
fn is_lasting(error: &Unready) -> bool {
    matches!(error, Unready::Unsuitable(_) | Unready::Store(StoreError::Denied(_) | StoreError::Blocked(_)))
}

/// Whether this program made the mapping from another schema. Mappings of other origin have no fingerprint and are
/// accepted.
fn is_outdated(meta: &Map<String, Value>, collection: Collection) -> bool {
    let is_finished = !meta.contains_key(UNFINISHED);
    let has_version = meta.contains_key(FORMER_VERSION);
    let fingerprint = meta.get(FINGERPRINT).and_then(Value::as_str);
    is_finished && (has_version || fingerprint.is_some_and(|known| known != collection.fingerprint()))
}

/// The `_meta` with the fingerprint of the schema.
fn noted(mut meta: Map<String, Value>, collection: Collection) -> Map<String, Value> {
    meta.remove(UNFINISHED);
    meta.remove(FORMER_VERSION);
    meta.insert(FINGERPRINT.to_owned(), collection.fingerprint().into());
    meta
}

async fn put_mapping(client: &Client, name: &str, body: &Value) -> Result<(), Unready> {
    let request = Request::change(Method::PUT, format!("/{name}/_mapping"), body.to_string());
    suitable(name, client.send(&request, Deadline::NONE).await?)
}

/// The body of a success. A rejected mapping does not fit the existing index.
pub(super) fn suitable(name: &str, answer: ServerResponse) -> Result<(), Unready> {
    if answer.status == 400 {
        let reason = Problem::read(&answer.body).reason;
        return Err(Unready::Unsuitable(format!(
            "the index [{name}] cannot be given what queries need; reindex it into an index with the right \
             mapping: {reason}"
        )));
    }
    Ok(answer.success().map(drop)?)
}

/// The `_meta` of an index's mapping.
pub(super) fn meta(described: &Value) -> Map<String, Value> {
    described.pointer("/mappings/_meta").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Notes that all documents of an index with this `_meta` have been rewritten since fields were added.
pub(super) async fn end_upgrade(
    client: &Client,
    index: &str,
    collection: Collection,
    meta: &Map<String, Value>,
) -> Result<(), Unready> {
    put_mapping(client, index, &json!({ "_meta": noted(meta.clone(), collection) })).await
}
