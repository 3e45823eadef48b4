//! Checks the server and its indices, and creates missing indices.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{try_join_all, try_join3};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tributary_domain::Collection;

use super::client::{Client, Request, ServerResponse};
use super::dialect::{Dialect, Product};
use super::fields::{Fields, fields};
use super::held_words::HeldWords;
use super::mappings::{self, FINGERPRINT, RESERVATIONS, RESULT_WINDOW, TOMBSTONES, index_alias, index_name};
use super::problem::Problem;
use super::unready::Unready;
use super::{tls, wire};
use crate::{Deadline, StoreError};

/// The maximum number of attempts if an index is created or removed concurrently.
const CREATE_ATTEMPTS: usize = 5;
/// Set in a mapping's `_meta` from when fields are added until every document has been rewritten.
const UNFINISHED: &str = "tributary_writes_again";
/// The key in `_meta` before schemas had fingerprints.
const FORMER_VERSION: &str = "tributary_mapping_version";

/// The state of a usable cluster.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) dialect: Dialect,
    /// The indices of the store's collections.
    pub(super) indices: Vec<Index>,
    /// The index of reserved index names, if connectors are among the collections.
    pub(super) reservations: Option<Index>,
    pub(super) tombstones: Index,
    /// The cache of the connectors' unique values.
    pub(super) held_words: HeldWords,
    /// Whether an index has been lost since.
    is_lost: AtomicBool,
}

/// An existing index.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) collection: Collection,
    pub(super) name: String,
    /// The alias to write to: writing to a missing index name would create an index without a mapping.
    pub(super) alias: String,
    /// The indexed name of each needed field: the field itself, or a subfield.
    fields: Fields,
    /// The result window.
    pub(super) result_window: u64,
    /// Whether fields were added that require rewriting all documents.
    pub(super) has_new_fields: bool,
    /// The `_meta` of its mapping.
    meta: Map<String, Value>,
}

impl Index {
    /// The indexed name of a field.
    pub(super) fn field<'a>(&'a self, path: &'a str) -> &'a str {
        self.fields.get(path).map_or(path, String::as_str)
    }
}

impl Prepared {
    pub(super) fn index(&self, collection: Collection) -> Result<&Index, StoreError> {
        let found = self.indices.iter().find(|index| index.collection == collection);
        found.ok_or_else(|| StoreError::Rejected(format!("the store was opened without [{collection:?}]")))
    }

    /// Records that an index is lost: all are checked and created before the next call.
    pub(super) fn lose(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }
}

/// Detects the server, and checks or creates the indices.
pub(super) async fn prepare(
    client: &Client,
    product: Product,
    prefix: &str,
    collections: &[Collection],
) -> Result<Prepared, Unready> {
    let dialect = detect(client, product).await?;
    let is_unique = |collection: &Collection| collection.unique.is_some();
    let reservations = collections.iter().any(is_unique).then_some(RESERVATIONS);
    let ensure = |collection| ensure(client, collection, prefix);
    // Concurrently: a server takes as long to create one as to create all.
    let (indices, reservations, tombstones) = try_join3(
        try_join_all(collections.iter().copied().map(ensure)),
        try_join_all(reservations.map(ensure)),
        ensure(TOMBSTONES),
    )
    .await?;
    Ok(Prepared {
        dialect,
        indices,
        reservations: reservations.into_iter().next(),
        tombstones,
        held_words: HeldWords::default(),
        is_lost: AtomicBool::new(false),
    })
}

#[derive(Deserialize)]
struct NodesInfo {
    nodes: BTreeMap<String, NodeInfo>,
}

#[derive(Deserialize)]
struct NodeInfo {
    version: String,
}

/// Detects engine and version without `GET /`, which some services do not offer.
async fn detect(client: &Client, wanted: Product) -> Result<Dialect, Unready> {
    let request = Request::read(Method::GET, "/_nodes?filter_path=nodes.*.version", "");
    let answer = client.send(&request, Deadline::NONE).await?;
    let is_elasticsearch = answer.is_elasticsearch;
    if matches!(answer.status, 401 | 403) {
        return Err(denied(&answer).into());
    }
    let product = if is_elasticsearch { Product::Elasticsearch } else { Product::OpenSearch };
    let oldest = serde_json::from_slice::<NodesInfo>(&answer.body)
        .ok()
        .and_then(|nodes| nodes.nodes.into_values().filter_map(|node| numbers(&node.version)).min());
    let Some(version) = oldest.filter(|_| answer.status == 200) else {
        return Err(Unready::Unsuitable(format!(
            "the server does not answer as {} does; the address has to be that of its HTTP port{}",
            wanted.name(),
            tls::hint_of_answer(&answer.body)
        )));
    };
    if product != wanted {
        return Err(Unready::Unsuitable(format!(
            "the server is {} {}.{}, not {}; give its address as {}:http…",
            product.name(),
            version.0,
            version.1,
            wanted.name(),
            product.scheme()
        )));
    }
    if version < product.oldest() {
        return Err(Unready::Unsuitable(format!(
            "the server is {} {}.{}; {} is needed",
            product.name(),
            version.0,
            version.1,
            product.oldest_name()
        )));
    }
    Ok(Dialect { product, version })
}

fn denied(answer: &ServerResponse) -> StoreError {
    Problem::read(&answer.body).into_store_error(answer.status)
}

/// Major and minor number of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Creates an index unless it exists, and checks or extends an existing one. Several processes may do so concurrently.
async fn ensure(client: &Client, collection: Collection, prefix: &str) -> Result<Index, Unready> {
    let (name, alias) = (index_name(collection, prefix), index_alias(collection, prefix));
    for _ in 0..CREATE_ATTEMPTS {
        let answer = client.send(&Request::read(Method::GET, format!("/{name}"), ""), Deadline::NONE).await?;
        if answer.status == 404 {
            create(client, &name, &mappings::creation(collection, prefix)).await?;
            continue;
        }
        let body = answer.success()?;
        let described: BTreeMap<String, Value> = wire::read(&body)?;
        let Some(described) = described.into_values().next() else { continue };
        let (fields, missing) = fields(&name, collection, &described)?;
        let mut meta = meta(&described);
        if !missing.is_empty() {
            meta.insert(UNFINISHED.to_owned(), true.into());
            let body = json!({ "properties": mappings::properties(missing), "_meta": meta });
            put_mapping(client, &name, &body).await?;
        } else if is_outdated(&meta, collection) {
            meta = noted(meta, collection);
            put_mapping(client, &name, &json!({ "_meta": meta })).await?;
        }
        if described.pointer(&format!("/aliases/{alias}")).is_none() {
            let add = json!({ "index": name, "alias": alias, "is_hidden": true });
            let body = json!({ "actions": [{ "add": add }] }).to_string();
            let request = Request::change(Method::POST, "/_aliases", body);
            suitable(&name, client.send(&request, Deadline::NONE).await?)?;
        }
        return Ok(Index {
            collection,
            name,
            alias,
            fields,
            result_window: result_window(&described),
            has_new_fields: meta.contains_key(UNFINISHED),
            meta,
        });
    }
    Err(StoreError::unavailable(format!("the index [{name}] comes and goes")).into())
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
fn suitable(name: &str, answer: ServerResponse) -> Result<(), Unready> {
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
fn meta(described: &Value) -> Map<String, Value> {
    described.pointer("/mappings/_meta").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Records that all documents have been rewritten since fields were added.
pub(super) async fn end_upgrade(client: &Client, index: &Index) -> Result<(), Unready> {
    let meta = noted(index.meta.clone(), index.collection);
    put_mapping(client, &index.name, &json!({ "_meta": meta })).await
}

/// Creates an index; one that was created concurrently is accepted.
async fn create(client: &Client, name: &str, body: &Value) -> Result<(), StoreError> {
    let request = Request::change(Method::PUT, format!("/{name}"), body.to_string());
    let answer = client.send(&request, Deadline::NONE).await?;
    let exists = Problem::read(&answer.body).kind == "resource_already_exists_exception";
    if answer.status == 400 && exists { Ok(()) } else { answer.success().map(drop) }
}

fn result_window(described: &Value) -> u64 {
    let set = described.pointer("/settings/index/max_result_window");
    let set = set.and_then(Value::as_str).and_then(|window| window.parse().ok());
    set.unwrap_or(10_000).min(RESULT_WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(numbers("3.8.0"), Some((3, 8)));
        assert_eq!(numbers("10.0.0-SNAPSHOT"), Some((10, 0)));
        assert_eq!(numbers("x"), None);
    }
}
