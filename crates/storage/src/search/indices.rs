//! Looks at the server and its indices once, and makes what is missing.

use std::collections::BTreeMap;

use opensearch::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Answer, Client, Request};
use super::dialect::{Dialect, Product};
use super::mappings::{self, IndexShape, Kind, RESULT_WINDOW};
use super::problem::Problem;
use super::wire;
use crate::{Collection, StoreError};

/// How often an index is looked at again that somebody else makes or removes at the same time.
const ATTEMPTS: usize = 5;

/// Why a server or an index cannot be worked with.
#[derive(Debug)]
pub(super) enum Unready {
    /// It can be tried again later.
    Store(StoreError),
    /// Somebody has to do something, in words.
    Unsuitable(String),
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
    fields: BTreeMap<&'static str, String>,
    /// How far a page reaches.
    pub(super) result_window: u64,
    /// Whether fields were added that documents have to be written again for.
    pub(super) added: bool,
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
        }
    }
}

/// Detects the server and looks at the indices, or makes them.
pub(super) async fn prepare(client: &Client, product: Product, prefix: &str) -> Result<Prepared, Unready> {
    let dialect = detect(client, product).await?;
    let reservations = format!("{prefix}{}", mappings::RESERVATIONS);
    let alias = format!("{prefix}{}", mappings::RESERVATIONS_ALIAS);
    if client.send(&Request::read(Method::Get, format!("/{alias}"), "")).await?.status == 404 {
        create(client, &reservations, &mappings::reservations(&alias)).await?;
    }
    Ok(Prepared {
        dialect,
        connectors: ensure(client, mappings::shape(Collection::Connectors), prefix).await?,
        sync_jobs: ensure(client, mappings::shape(Collection::SyncJobs), prefix).await?,
        reservations: alias,
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
            "the server does not answer as {} does; the address has to be that of its HTTP port",
            wanted.name()
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
        let added = !missing.is_empty();
        if added {
            let body = missing_mapping(shape, &missing).to_string();
            let request = Request::change(Method::Put, format!("/{name}/_mapping"), body);
            client.send(&request).await?.success()?;
        }
        if described.pointer(&format!("/aliases/{alias}")).is_none() {
            let body = json!({ "is_hidden": true }).to_string();
            let request = Request::change(Method::Put, format!("/{name}/_alias/{alias}"), body);
            client.send(&request).await?.success()?;
        }
        return Ok(Index { name, alias, fields, result_window: result_window(&described), added });
    }
    Err(StoreError::unavailable(format!("the index [{name}] comes and goes")).into())
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

type Fields = BTreeMap<&'static str, String>;

/// Under which names the needed fields are indexed, and which are not indexed yet.
fn fields(name: &str, shape: IndexShape, described: &Value) -> Result<(Fields, Vec<&'static str>), Unready> {
    let mut fields = Fields::new();
    let mut missing = Vec::new();
    for (path, kind) in shape.needed {
        let pointer = format!("/mappings/properties/{}", path.replace('.', "/properties/"));
        let Some(mapping) = described.pointer(&pointer) else {
            fields.insert(path, (*path).to_owned());
            missing.push(*path);
            continue;
        };
        let Some(suffix) = suffix(mapping, *kind) else {
            return Err(Unready::Unsuitable(format!(
                "the index [{name}] has the field [{path}] as [{}], which cannot be queried as [{}]; reindex it \
                 into an index with the right mapping",
                mapping["type"].as_str().unwrap_or("object"),
                if *kind == Kind::Date { "date" } else { "keyword" },
            )));
        };
        fields.insert(path, format!("{path}{suffix}"));
    }
    Ok((fields, missing))
}

/// What to append to the name of a field to find its values as they are.
fn suffix(mapping: &Value, kind: Kind) -> Option<String> {
    let is_right = |mapping: &Value| match kind {
        Kind::Keyword => mapping["type"] == "keyword",
        Kind::Date => mapping["type"] == "date",
    };
    if is_right(mapping) {
        return Some(String::new());
    }
    let parts = mapping.get("fields")?.as_object()?;
    let right = parts.iter().find(|(_, mapping)| is_right(mapping));
    right.map(|(part, _)| format!(".{part}"))
}

/// The body that adds mappings for fields.
fn missing_mapping(shape: IndexShape, missing: &[&str]) -> Value {
    let mut properties = json!({});
    for path in missing {
        let mut place = &mut properties;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            place = if parts.peek().is_some() { &mut place[part]["properties"] } else { &mut place[part] };
        }
        *place = shape.property(path).unwrap_or_default();
    }
    json!({ "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(properties: &Value) -> Value {
        json!({ "mappings": { "properties": properties } })
    }

    #[test]
    fn fields_are_found_whatever_made_the_index() {
        let shape = mappings::shape(Collection::SyncJobs);
        let text = json!({ "type": "text", "fields": { "keyword": { "type": "keyword" } } });
        let index = described(&json!({
            "created_at": { "type": "date" },
            "status": { "type": "keyword" },
            "job_type": text,
            "connector": { "properties": {} },
        }));
        let (fields, missing) = fields("i", shape, &index).unwrap();
        assert_eq!(fields["status"], "status");
        assert_eq!(fields["job_type"], "job_type.keyword");
        assert_eq!(missing, ["connector.id"]);
        assert_eq!(
            missing_mapping(shape, &missing)["properties"]["connector"]["properties"]["id"]["type"],
            "keyword"
        );

        let wrong = described(&json!({ "created_at": { "type": "text" } }));
        let Err(Unready::Unsuitable(reason)) = super::fields("i", shape, &wrong) else { panic!("suitable") };
        assert!(reason.contains("[i]") && reason.contains("[created_at]") && reason.contains("[text]"));
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(numbers("3.8.0"), Some((3, 8)));
        assert_eq!(numbers("10.0.0-SNAPSHOT"), Some((10, 0)));
        assert_eq!(numbers("x"), None);
    }
}
