//! Indexes fields that were not indexed, by writing every document again.

use serde_json::json;

use super::action::{BulkAction, BulkChange};
use super::bulk::Outcome;
use super::call::Call;
use super::indices::Index;
use super::source::one_line;
use super::walk::Walk;
use crate::StoreError;

/// How often documents are looked at again that change while they are written again.
const ATTEMPTS: usize = 10;

/// Writes every document of an index again as it is, so that fields are indexed that were not.
pub(super) async fn write_again(call: &Call, index: &Index) -> Result<(), StoreError> {
    let all = json!({ "match_all": {} });
    let mut walk = Walk::open(call.clone(), index, all, false).await?;
    let mut written = 0;
    while let Some(ids) = walk.next(|hit| Ok(hit.id.clone().into_owned())).await? {
        written += ids.len();
        write_portion_again(call, index, ids).await?;
    }
    tracing::info!(index = %index.name, documents = written, "fields were added to the index");
    Ok(())
}

async fn write_portion_again(call: &Call, index: &Index, mut ids: Vec<String>) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
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
                Outcome::Done(_) => {}
                // Whoever changed it meanwhile wrote it with the new fields, or removed it; to be sure, again.
                Outcome::Conflict { .. } => changed.push(action.id),
                // Somebody else's document of a shape that the new fields cannot have: it stays as it is.
                Outcome::Failed(StoreError::Rejected(reason)) => {
                    tracing::warn!(index = %index.name, id = action.id, reason, "a document stays unindexed");
                }
                Outcome::Failed(error) => return Err(error),
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        ids = changed;
    }
    Err(StoreError::unavailable("documents change faster than fields can be added to their index"))
}
