//! Reads changes from the servers.
//!
//! Each change of a document has a sequence number in its shard. Those up to the global checkpoint are durable: the
//! changes between two polls are those between two checkpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tributary_domain::{Collection, Id};

use super::call::Call;
use super::client::Request;
use super::clock::now;
use super::connection::Connection;
use super::deadlines::Purpose;
use super::indices::Index;
use super::marks::{IndexMarks, Marks};
use super::tombstones::Tombstone;
use super::wire::{self, Hit, SearchAnswer};
use crate::backoff::backoff;
use crate::{Deadline, StoreError};

/// The maximum number of changes of a shard that are reported at once.
const CHANGES_PER_POLL: u64 = 10_000;
/// The additional time, after the longest possible request, during which the deletion of a tombstone may still happen.
const DELETION_MARGIN: Duration = Duration::from_secs(20);

/// Changes, and the marks up to which they are reported.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) marks: Marks,
    pub(super) changed: Vec<(Collection, Id)>,
}

/// A response of `_stats`.
#[derive(Deserialize)]
struct Stats {
    #[serde(default)]
    indices: BTreeMap<String, IndexStats>,
}

#[derive(Deserialize)]
struct IndexStats {
    uuid: String,
    #[serde(default)]
    shards: BTreeMap<u32, Vec<Copy>>,
}

/// A shard copy.
#[derive(Deserialize)]
struct Copy {
    routing: Routing,
    seq_no: Option<SequenceNumbers>,
}

#[derive(Deserialize)]
struct Routing {
    primary: bool,
}

#[derive(Deserialize)]
struct SequenceNumbers {
    global_checkpoint: i64,
}

/// The current marks of the store's indices.
pub(super) async fn present(connection: &Arc<Connection>) -> Result<Marks, StoreError> {
    let look = |call: Call| async move {
        let request_deadline = call.request_deadline(Purpose::Read);
        let mut pauses = backoff();
        loop {
            let at = now();
            if let Some(indices) = marks(&call).await? {
                return Ok(Marks { at, indices, pending: Vec::new() });
            }
            // The index was just created: its shards are starting.
            let (Some(left), Some(pause)) = (request_deadline.left(), pauses.next()) else {
                return Err(StoreError::unavailable("the server does not say how far an index has changed"));
            };
            tokio::time::sleep(pause.min(left)).await;
        }
    };
    connection.within(Purpose::Read, Deadline::NONE, look).await
}

/// The current marks of each index; `None` if the server does not report them for one.
async fn marks(call: &Call) -> Result<Option<BTreeMap<String, IndexMarks>>, StoreError> {
    let names: Vec<&str> = indices(call).map(|index| index.name.as_str()).collect();
    let path = format!(
        "/{}/_stats/docs?level=shards&filter_path=indices.*.uuid,indices.*.shards.*.routing.primary,\
         indices.*.shards.*.seq_no.global_checkpoint",
        names.join(",")
    );
    let body = call.ask(&Request::read(Method::GET, path, "")).await?;
    let Stats { mut indices } = wire::read(&body)?;
    let checkpoint = |copies: Vec<Copy>| {
        let primary = copies.into_iter().find(|copy| copy.routing.primary);
        Some(primary?.seq_no?.global_checkpoint)
    };
    let marks = names.into_iter().map(|name| {
        let IndexStats { uuid, shards } = indices.remove(name)?;
        // A shard without a primary cannot change until it has one again.
        let shards =
            shards.into_iter().filter_map(|(shard, copies)| Some((shard, checkpoint(copies)?))).collect();
        Some((name.to_owned(), IndexMarks { uuid, shards }))
    });
    Ok(marks.collect())
}

/// The changes between the reported marks and the present, or a first part of them.
pub(super) async fn between(
    connection: &Arc<Connection>,
    told: &Marks,
    present: &Marks,
) -> Result<Seen, StoreError> {
    let call = connection.call(Deadline::NONE).await?;
    let mut marks = Marks { at: present.at, ..told.clone() };
    let mut changed: BTreeSet<(Collection, String)> = BTreeSet::new();
    for index in indices(&call) {
        let Some(shards) = present.indices.get(&index.name).map(|marks| &marks.shards) else { continue };
        let grown = shards.iter().filter(|(shard, end)| told.told(&index.name, **shard) < **end);
        let grown: Vec<(u32, i64)> = grown.map(|(shard, end)| (*shard, *end)).collect();
        if grown.is_empty() {
            continue;
        }
        let refresh = Request::read(Method::POST, format!("/{}/_refresh", index.name), "");
        call.ask(&refresh).await?;
        for (shard, end) in grown {
            let range = (told.told(&index.name, shard), end);
            let preference = (shards.len() > 1).then_some(shard);
            let (reached, found) = portion(&call, index, preference, range).await?;
            marks.tell(&index.name, shard, reached);
            if reached < end {
                // The rest is reported the next time.
                marks.at = told.at;
            }
            for (id, tombstone) in found {
                match tombstone {
                    None => drop(changed.insert((index.collection, id))),
                    Some(tombstone) => marks.pending.push(tombstone),
                }
            }
        }
    }
    let pending = std::mem::take(&mut marks.pending);
    marks.pending = settle(&call, pending, &mut changed).await?;
    // An id that this store does not allow: a document of other origin.
    let changed =
        changed.into_iter().filter_map(|(collection, id)| Some((collection, Id::parse("id", id).ok()?)));
    Ok(Seen { marks, changed: changed.collect() })
}

/// The indices whose changes are reported: those of documents, and that of tombstones.
fn indices(call: &Call) -> impl Iterator<Item = &Index> {
    call.prepared.indices.iter().chain([&call.prepared.tombstones])
}

/// The documents of a shard in a range of sequence numbers, the number up to which they are complete, and the
/// tombstones among them.
async fn portion(
    call: &Call,
    index: &Index,
    shard: Option<u32>,
    (told, end): (i64, i64),
) -> Result<(i64, Vec<(String, Option<Tombstone>)>), StoreError> {
    let is_of_deletions = index.collection == call.prepared.tombstones.collection;
    let size = CHANGES_PER_POLL.min(index.result_window);
    let body = json!({
        "query": { "range": { "_seq_no": { "gt": told, "lte": end } } },
        "sort": [{ "_seq_no": "asc" }],
        "size": size,
        "_source": is_of_deletions,
        "track_total_hits": false,
    });
    let preference = shard.map(|shard| format!("&preference=_shards:{shard}")).unwrap_or_default();
    let path = format!("/{}/_search?allow_partial_search_results=false{preference}", index.name);
    let body = call.ask(&Request::read(Method::POST, path, body.to_string())).await?;
    let hits = wire::read::<SearchAnswer<'_>>(&body)?.hits.hits;
    let last = hits.last().filter(|_| hits.len() as u64 == size).map(Hit::sort_value);
    let reached = last.as_ref().and_then(Value::as_i64).unwrap_or(end);
    let read = |text: &str| {
        let tombstone = serde_json::from_str::<Tombstone>(text).ok()?;
        Some(Tombstone { deleted_at: now(), ..tombstone })
    };
    let found = hits.iter().filter_map(|hit| {
        let tombstone = if is_of_deletions { Some(read(hit.text())?) } else { None };
        Some((hit.id.clone().into_owned(), tombstone))
    });
    Ok((reached, found.collect()))
}

/// Reports the tombstones whose documents are deleted. Others are either pending, and returned to be checked again, or
/// were rejected.
async fn settle(
    call: &Call,
    noted: Vec<Tombstone>,
    changed: &mut BTreeSet<(Collection, String)>,
) -> Result<Vec<Tombstone>, StoreError> {
    let mut by_collection: BTreeMap<Collection, BTreeMap<String, Tombstone>> = BTreeMap::new();
    for tombstone in noted {
        if let Some(collection) = tombstone.collection_of(&call.prepared) {
            by_collection.entry(collection).or_default().insert(tombstone.id.clone(), tombstone);
        }
    }
    let patience = call.client.deadlines.longest() + DELETION_MARGIN;
    let oldest = now().saturating_sub(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
    let mut pending = Vec::new();
    for (collection, mut noted) in by_collection {
        let ids: Vec<&str> = noted.keys().map(String::as_str).collect();
        let found = call.get_many(call.prepared.index(collection)?, &ids).await?;
        let present = found.iter().filter_map(|found| noted.remove(&found.id));
        pending.extend(present.filter(|tombstone| tombstone.deleted_at > oldest));
        changed.extend(noted.into_keys().map(|id| (collection, id)));
    }
    Ok(pending)
}
