//! Removes the notes of deletions that nobody needs any more.

use serde_json::json;

use super::action::BulkAction;
use super::call::Call;
use super::clock::now;
use super::mappings::DELETED_AT;
use super::tombstones::RETENTION;
use super::wire::{self, SearchAnswer};
use crate::StoreError;

/// How many are removed at a time, and how often in a row.
const PORTION: usize = 1_000;
const PORTIONS: usize = 20;

/// Removes what is older than anybody needs; what stays is removed another time.
pub(super) async fn forget_old_deletions(call: &Call) {
    for _ in 0..PORTIONS {
        match remove_portion(call).await {
            Ok(found) if found == PORTION => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "old deletions were not forgotten");
                return;
            }
        }
    }
}

/// Answers how many were there to be removed.
async fn remove_portion(call: &Call) -> Result<usize, StoreError> {
    let index = &call.prepared.tombstones;
    let before = now().saturating_sub(u64::try_from(RETENTION.as_millis()).unwrap_or(u64::MAX));
    let range = json!({ index.field(DELETED_AT): { "lt": before, "format": "epoch_millis" } });
    let body = json!({
        "query": { "range": range },
        "size": PORTION,
        "_source": false,
        "seq_no_primary_term": true,
        "track_total_hits": false,
    });
    let body = call.search(&index.name, &body).await?;
    let answer: SearchAnswer<'_> = wire::read(&body)?;
    let old = answer.hits.hits.iter().filter_map(|hit| Some(BulkAction::delete(&hit.id, hit.version()?)));
    let old: Vec<BulkAction> = old.collect();
    // One that another process removes at the same time is as good as removed.
    drop(call.bulk(index, &old).await);
    Ok(old.len())
}
