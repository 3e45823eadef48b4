//! Reads changes from the servers.
//!
//! Each change of a document has a sequence number in its shard. Those up to the global checkpoint are durable: the
//! changes between two polls are those between two checkpoints.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
use super::marks::{IndexMarks, Marks, PendingTombstone};
use super::tombstones::Tombstone;
use super::wire::{self, Hit, SearchAnswer};
use crate::backoff::backoff;
use crate::{Deadline, Deletions, LastValues, StoreError};

/// The maximum number of changes of a shard that are reported at once.
const CHANGES_PER_POLL: u64 = 10_000;
/// The additional time, after the longest possible request, during which the deletion of a tombstone may still happen.
const DELETION_MARGIN: Duration = Duration::from_secs(20);

/// Changes, and the marks up to which they are reported.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) marks: Marks,
    pub(super) changed: Vec<(Collection, Id)>,
    pub(super) deleted: Deletions,
}

/// A tombstone that was found.
struct FoundTombstone {
    pending: PendingTombstone,
    content: Tombstone,
}

/// Deleted documents by their ids, which may not be allowed here.
type Deleted = BTreeMap<(Collection, String), Option<LastValues>>;

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
    let mut noted = pending(&call, std::mem::take(&mut marks.pending)).await?;
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
            match found {
                Portion::Documents(ids) => changed.extend(ids.into_iter().map(|id| (index.collection, id))),
                Portion::Tombstones(tombstones) => noted.extend(tombstones),
            }
        }
    }
    let (pending, deleted) = settle(&call, noted).await?;
    marks.pending = pending;
    changed.extend(deleted.keys().cloned());
    // An id that this store does not allow: a document of other origin.
    let allowed = |(collection, id): (Collection, String)| Some((collection, Id::parse("id", id).ok()?));
    let deleted = deleted.into_iter().filter_map(|(key, values)| Some((allowed(key)?, values)));
    Ok(Seen { marks, deleted: deleted.collect(), changed: changed.into_iter().filter_map(allowed).collect() })
}

/// The indices whose changes are reported: those of documents, and that of tombstones.
fn indices(call: &Call) -> impl Iterator<Item = &Index> {
    call.prepared.indices.iter().chain([&call.prepared.tombstones])
}

/// What was found in a part of an index.
enum Portion {
    /// The ids of documents.
    Documents(Vec<String>),
    Tombstones(Vec<FoundTombstone>),
}

/// What stands in a shard in a range of sequence numbers, and the number up to which that is complete.
async fn portion(
    call: &Call,
    index: &Index,
    shard: Option<u32>,
    (told, end): (i64, i64),
) -> Result<(i64, Portion), StoreError> {
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
    let tombstone = |hit: &Hit<'_>| {
        let content = serde_json::from_str(hit.text()).ok()?;
        let pending = PendingTombstone { tombstone: hit.id.clone().into_owned(), seen_at: now() };
        Some(FoundTombstone { pending, content })
    };
    let found = if is_of_deletions {
        Portion::Tombstones(hits.iter().filter_map(tombstone).collect())
    } else {
        Portion::Documents(hits.into_iter().map(|hit| hit.id.into_owned()).collect())
    };
    Ok((reached, found))
}

/// Reads the tombstones again that were pending at the last look.
async fn pending(call: &Call, pending: Vec<PendingTombstone>) -> Result<Vec<FoundTombstone>, StoreError> {
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = pending.iter().map(|one| one.tombstone.as_str()).collect();
    let found = call.get_many(&call.prepared.tombstones, &ids).await?;
    let mut found: HashMap<String, String> = found.into_iter().map(|one| (one.id, one.source)).collect();
    let read = |pending: PendingTombstone| {
        let content = serde_json::from_str(&found.remove(&pending.tombstone)?).ok()?;
        Some(FoundTombstone { pending, content })
    };
    Ok(pending.into_iter().filter_map(read).collect())
}

/// The tombstones of documents that are not deleted yet, to be checked again, and the documents that are deleted.
/// Tombstones of the other documents, whose deletion was refused, are left out.
async fn settle(
    call: &Call,
    noted: Vec<FoundTombstone>,
) -> Result<(Vec<PendingTombstone>, Deleted), StoreError> {
    let mut by_collection: BTreeMap<Collection, BTreeMap<String, FoundTombstone>> = BTreeMap::new();
    for found in noted {
        let Some(collection) = found.content.collection_of(&call.prepared) else { continue };
        let of_collection = by_collection.entry(collection).or_default();
        let is_later = |known: &FoundTombstone| known.content.is_later_than(&found.content);
        if !of_collection.get(&found.content.id).is_some_and(is_later) {
            of_collection.insert(found.content.id.clone(), found);
        }
    }
    let patience = call.client.deadlines.longest() + DELETION_MARGIN;
    let oldest = now().saturating_sub(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
    let (mut pending, mut deleted) = (Vec::new(), Deleted::new());
    for (collection, mut noted) in by_collection {
        let ids: Vec<&str> = noted.keys().map(String::as_str).collect();
        let found = call.get_many(call.prepared.index(collection)?, &ids).await?;
        let present = found.iter().filter_map(|found| noted.remove(&found.id));
        pending.extend(present.map(|one| one.pending).filter(|one| one.seen_at > oldest));
        deleted.extend(noted.into_iter().map(|(id, one)| ((collection, id), one.content.into_values())));
    }
    Ok((pending, deleted))
}
