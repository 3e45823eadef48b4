//! Removes expired tombstones.

use serde_json::json;

use super::action::BulkAction;
use super::call::Call;
use super::clock::now;
use super::mappings::DELETED_AT;
use super::tombstones::RETENTION;
use super::wire::{self, SearchAnswer};
use crate::StoreError;

/// The batch size, and the maximum number of batches per run.
const TOMBSTONES_PER_BATCH: usize = 1_000;
const PORTIONS: usize = 20;

/// Removes expired tombstones; any that remain are removed by a later run.
pub(super) async fn forget_old_deletions(call: &Call) {
    for _ in 0..PORTIONS {
        match remove_portion(call).await {
            Ok(found) if found == TOMBSTONES_PER_BATCH => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "old deletions were not forgotten");
                return;
            }
        }
    }
}

/// Removes one batch and returns the number of expired tombstones found.
async fn remove_portion(call: &Call) -> Result<usize, StoreError> {
    let index = &call.prepared.tombstones;
    let before = now().saturating_sub(u64::try_from(RETENTION.as_millis()).unwrap_or(u64::MAX));
    let range = json!({ index.field(DELETED_AT): { "lt": before, "format": "epoch_millis" } });
    let body = json!({
        "query": { "range": range },
        "size": TOMBSTONES_PER_BATCH,
        "_source": false,
        "seq_no_primary_term": true,
        "track_total_hits": false,
    });
    let body = call.search(&index.name, &body).await?;
    let answer: SearchAnswer<'_> = wire::read(&body)?;
    let old = answer.hits.hits.iter().filter_map(|hit| Some(BulkAction::delete(&hit.id, hit.version()?)));
    let old: Vec<BulkAction> = old.collect();
    // Another process may have removed it concurrently.
    drop(call.bulk(index, &old).await);
    Ok(old.len())
}
