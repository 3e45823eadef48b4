//! Indexes newly mapped fields by rewriting every document.

use serde_json::json;

use super::action::{BulkAction, BulkChange};
use super::bulk::ActionOutcome;
use super::call::Call;
use super::extension::end_upgrade;
use super::indices::Index;
use super::source::one_line;
use super::walk::{Walk, WalkContent};
use crate::StoreError;

/// The maximum number of passes over documents that change during the rewrite.
const REWRITE_PASSES: usize = 10;

/// Indexes all documents by the pending fields of an index, and notes that it is done.
pub(super) async fn finish(call: &Call, index: &Index) -> Result<(), StoreError> {
    write_again(call, index).await?;
    if let Err(error) = end_upgrade(&call.client, &index.name, index.collection, &index.meta).await {
        let error = error.to_store_error();
        tracing::warn!(index = %index.name, %error, "the next start will index all documents again");
    }
    index.pending.send_replace(Vec::new());
    Ok(())
}

/// Rewrites every document of an index unchanged, so that newly mapped fields are indexed.
async fn write_again(call: &Call, index: &Index) -> Result<(), StoreError> {
    let all = json!({ "match_all": {} });
    let mut walk = Walk::open(call.clone(), index, all, WalkContent::IdOnly).await?;
    let mut written = 0;
    while let Some(ids) = walk.next(|hit| Ok(hit.id.clone().into_owned())).await? {
        written += ids.len();
        write_portion_again(call, index, ids).await?;
    }
    tracing::info!(index = %index.name, documents = written, "fields were added to the index");
    Ok(())
}

async fn write_portion_again(call: &Call, index: &Index, mut ids: Vec<String>) -> Result<(), StoreError> {
    for _ in 0..REWRITE_PASSES {
        let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found = call.get_many(index, &wanted).await?;
        let actions: Vec<BulkAction> = found
            .into_iter()
            .map(|found| BulkAction {
                id: found.id,
                change: BulkChange::Replace(found.version, one_line(&found.source)),
            })
            .collect();
        let outcomes = call.bulk(index, &actions).await;
        let mut changed = Vec::new();
        for (action, outcome) in actions.into_iter().zip(outcomes) {
            match outcome {
                ActionOutcome::Done(_) => {}
                // A concurrent writer indexed the new fields, or removed the document; check again to be sure.
                ActionOutcome::Conflict { .. } => changed.push(action.id),
                // A document of other origin that does not fit the new mappings: it is left unchanged.
                ActionOutcome::Failed(StoreError::Rejected(reason)) => {
                    tracing::warn!(index = %index.name, id = action.id, reason, "a document stays unindexed");
                }
                ActionOutcome::Failed(error) => return Err(error),
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        ids = changed;
    }
    Err(StoreError::unavailable("documents change faster than fields can be added to their index"))
}
