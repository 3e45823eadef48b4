//! Looks at the server and its indices once, and makes what is missing.

use std::collections::BTreeMap;

use opensearch::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{Answer, Client, Request};
use super::dialect::{Dialect, Product};
use super::fields::{Fields, fields, missing_mapping};
use super::mappings::{self, IndexShape, RESULT_WINDOW};
use super::problem::{Problem, same};
use super::{tls, wire};
use crate::{Collection, StoreError};

/// How often an index is looked at again that somebody else makes or removes at the same time.
const ATTEMPTS: usize = 5;
/// Stands in the `_meta` of a mapping from when fields are added until every document was written again.
const UNFINISHED: &str = "tributary_writes_again";

/// Why a server or an index cannot be worked with.
#[derive(Debug)]
pub(super) enum Unready {
    /// It can be tried again later.
    Store(StoreError),
    /// Somebody has to do something, in words.
    Unsuitable(String),
}

impl Unready {
    /// The error that a call meets.
    pub(super) fn to_store_error(&self) -> StoreError {
        match self {
            Self::Unsuitable(reason) => StoreError::unavailable(reason.clone()),
            Self::Store(error) => same(error),
        }
    }
}

impl From<StoreError> for Unready {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What is known of a server that can be worked with.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) dialect: Dialect,
    connectors: Index,
    sync_jobs: Index,
    secrets: Index,
    /// The alias of the index of reservations.
    pub(super) reservations: String,
}

/// An index that is there.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) name: String,
    /// Through which it is written: a write to a name that is gone would make an index of any shape.
    pub(super) alias: String,
    /// Under which name each field that is needed is found: itself, or a part of it.
    fields: Fields,
    /// How far a page reaches.
    pub(super) result_window: u64,
    /// Whether fields were added that documents have to be written again for.
    pub(super) has_new_fields: bool,
    /// What its mapping says of itself.
    meta: Map<String, Value>,
}

impl Index {
    /// The name under which a field is indexed.
    pub(super) fn field<'a>(&'a self, path: &'a str) -> &'a str {
        self.fields.get(path).map_or(path, String::as_str)
    }
}

impl Prepared {
    pub(super) fn index(&self, collection: Collection) -> &Index {
        match collection {
            Collection::Connectors => &self.connectors,
            Collection::SyncJobs => &self.sync_jobs,
            Collection::Secrets => &self.secrets,
        }
    }
}

/// Detects the server and looks at the indices, or makes them.
pub(super) async fn prepare(client: &Client, product: Product, prefix: &str) -> Result<Prepared, Unready> {
    let dialect = detect(client, product).await?;
    Ok(Prepared {
        dialect,
        connectors: ensure(client, mappings::shape(Collection::Connectors), prefix).await?,
        sync_jobs: ensure(client, mappings::shape(Collection::SyncJobs), prefix).await?,
        secrets: ensure(client, mappings::shape(Collection::Secrets), prefix).await?,
        reservations: ensure(client, mappings::RESERVATIONS, prefix).await?.alias,
    })
}

#[derive(Deserialize)]
struct Nodes {
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    version: String,
}

/// Finds out which product in which version answers, without `GET /`, which some do not serve.
async fn detect(client: &Client, wanted: Product) -> Result<Dialect, Unready> {
    let request = Request::read(Method::Get, "/_nodes?filter_path=nodes.*.version", "");
    let answer = client.send(&request).await?;
    let is_elasticsearch = answer.is_elasticsearch;
    if matches!(answer.status, 401 | 403) {
        return Err(denied(&answer).into());
    }
    let product = if is_elasticsearch { Product::Elasticsearch } else { Product::OpenSearch };
    let oldest = serde_json::from_slice::<Nodes>(&answer.body)
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
            mappings::wanted(product)
        )));
    }
    Ok(Dialect { product, version })
}

fn denied(answer: &Answer) -> StoreError {
    Problem::read(&answer.body).into_store_error(answer.status)
}

/// Major and minor number of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Makes an index unless it is there, and sees to it that what is there can be worked with. Several
/// processes may do so at once.
async fn ensure(client: &Client, shape: IndexShape, prefix: &str) -> Result<Index, Unready> {
    let (name, alias) = (format!("{prefix}{}", shape.name), format!("{prefix}{}", shape.alias));
    for _ in 0..ATTEMPTS {
        let answer = client.send(&Request::read(Method::Get, format!("/{name}"), "")).await?;
        if answer.status == 404 {
            create(client, &name, &shape.creation(prefix)).await?;
            continue;
        }
        let body = answer.success()?;
        let described: BTreeMap<String, Value> = wire::read(&body)?;
        let Some(described) = described.into_values().next() else { continue };
        let (fields, missing) = fields(&name, shape, &described)?;
        let mut meta = meta(&described);
        if !missing.is_empty() {
            meta.insert(UNFINISHED.to_owned(), true.into());
            let mut body = missing_mapping(shape, &missing);
            body["_meta"] = meta.clone().into();
            let request = Request::change(Method::Put, format!("/{name}/_mapping"), body.to_string());
            suitable(&name, client.send(&request).await?)?;
        }
        if described.pointer(&format!("/aliases/{alias}")).is_none() {
            let add = json!({ "index": name, "alias": alias, "is_hidden": true });
            let body = json!({ "actions": [{ "add": add }] }).to_string();
            let request = Request::change(Method::Post, "/_aliases", body);
            suitable(&name, client.send(&request).await?)?;
        }
        let has_new_fields = meta.contains_key(UNFINISHED);
        return Ok(Index {
            name,
            alias,
            fields,
            result_window: result_window(&described),
            has_new_fields,
            meta,
        });
    }
    Err(StoreError::unavailable(format!("the index [{name}] comes and goes")).into())
}

/// The body of a success. What the server does not understand of our mapping does not fit its index.
fn suitable(name: &str, answer: Answer) -> Result<(), Unready> {
    if answer.status == 400 {
        let reason = Problem::read(&answer.body).reason;
        return Err(Unready::Unsuitable(format!(
            "the index [{name}] cannot be given what queries need; reindex it into an index with the right \
             mapping: {reason}"
        )));
    }
    Ok(answer.success().map(drop)?)
}

/// What the mapping of an index says of itself.
fn meta(described: &Value) -> Map<String, Value> {
    described.pointer("/mappings/_meta").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Notes that all documents have been written again since fields were added.
pub(super) async fn end_upgrade(client: &Client, index: &Index) -> Result<(), StoreError> {
    let mut meta = index.meta.clone();
    meta.remove(UNFINISHED);
    meta.insert(mappings::VERSION_NAME.to_owned(), mappings::VERSION.into());
    let body = json!({ "_meta": meta }).to_string();
    let request = Request::change(Method::Put, format!("/{}/_mapping", index.name), body);
    client.send(&request).await?.success().map(drop)
}

/// Makes an index; that somebody else was faster is as good.
async fn create(client: &Client, name: &str, body: &Value) -> Result<(), StoreError> {
    let request = Request::change(Method::Put, format!("/{name}"), body.to_string());
    let answer = client.send(&request).await?;
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
