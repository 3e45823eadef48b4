//! Checks the server and its indices, and creates missing indices.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::future::{try_join_all, try_join3};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tributary_domain::Collection;

use super::client::{Client, Request, ServerResponse};
use super::dialect::{Dialect, Product};
use super::extension::{Extension, meta, suitable};
use super::fields::{IndexedFields, fields};
use super::held_words::HeldWords;
use super::mappings::{self, RESERVATIONS, RESULT_WINDOW, TOMBSTONES, index_alias, index_name};
use super::problem::Problem;
use super::unready::Unready;
use super::{tls, wire};
use crate::{Deadline, StoreError};

/// The maximum number of attempts if an index is created or removed concurrently.
const CREATE_ATTEMPTS: usize = 5;
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
    fields: IndexedFields,
    /// The result window.
    pub(super) result_window: u64,
    /// The fields by which not all documents are indexed yet, until all have been rewritten.
    pub(super) pending: watch::Sender<Vec<&'static str>>,
    /// The `_meta` of its mapping.
    pub(super) meta: Map<String, Value>,
}

impl Index {
    /// The indexed name of a field.
    pub(super) fn field<'a>(&'a self, path: &'a str) -> &'a str {
        self.fields.name(path)
    }

    /// The least and the greatest number that a field can have.
    pub(super) fn limits(&self, path: &str) -> (i64, i64) {
        self.fields.limits(path)
    }

    /// Waits until all documents are indexed by these fields; rejects fields that this index cannot be queried by.
    pub(super) async fn ready_for(&self, paths: &[&'static str], end: Instant) -> Result<(), StoreError> {
        if let Some(reason) = paths.iter().find_map(|path| self.fields.unusable.get(path)) {
            return Err(StoreError::Rejected(reason.clone()));
        }
        let mut pending = self.pending.subscribe();
        let is_ready = pending.wait_for(|pending| !paths.iter().any(|path| pending.contains(path)));
        let waited = tokio::time::timeout_at(end.into(), is_ready).await;
        waited.map(drop).map_err(|_| {
            let name = &self.name;
            StoreError::unavailable(format!(
                "the documents of the index [{name}] are still being indexed by [{}]",
                paths.join("], [")
            ))
        })
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
    let dialect = detect(client, Some(product)).await?;
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
pub(super) async fn detect(client: &Client, wanted: Option<Product>) -> Result<Dialect, Unready> {
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
            wanted.map_or("a search engine", Product::name),
            tls::hint_of_answer(&answer.body)
        )));
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != product) {
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
        let (mut fields, missing) = fields(&name, collection, &described)?;
        let mut extension = Extension { client, index: &name, collection, meta: meta(&described) };
        extension.add(missing, &mut fields.unusable).await?;
        if !fields.unusable.is_empty() {
            let reasons: Vec<&str> = fields.unusable.values().map(String::as_str).collect();
            tracing::warn!(reasons = reasons.join("; "), "some queries will be rejected");
        }
        let pending = watch::Sender::new(extension.pending());
        let meta = extension.meta;
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
            pending,
            meta,
        });
    }
    Err(StoreError::unavailable(format!("the index [{name}] comes and goes")).into())
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
