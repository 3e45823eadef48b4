//! Bulk requests: many changes, each with its own outcome.

use bytes::Bytes;
use reqwest::Method;

use super::action::{BulkAction, BulkChange};
use super::call::Call;
use super::client::Request;
use super::deadlines::{Purpose, RequestDeadline};
use super::indices::Index;
use super::problem::{Problem, same};
use super::wire::{self, BulkAnswer, Item};
use crate::backoff::backoff;
use crate::{StoreError, Version};

/// The maximum size of a bulk request in bytes: small servers reject larger ones.
const REQUEST_BYTES: usize = 4 << 20;
/// The maximum number of changes in a bulk request.
const REQUEST_ACTIONS: usize = 1_000;

/// The outcome of a change.
#[derive(Debug)]
pub(super) enum ActionOutcome {
    Done(Version),
    /// The document is not in the expected state, possibly because of an earlier attempt of the same change.
    Conflict {
        is_repeated: bool,
    },
    Failed(StoreError),
}

impl Call {
    /// Applies changes in order and returns their outcomes. All are visible to searches afterwards.
    pub(super) async fn bulk(&self, index: &Index, actions: &[BulkAction]) -> Vec<ActionOutcome> {
        // A tombstone whose deletion fails or is delayed is harmless: readers check the document.
        let tombstones = match self.tombstones(index, actions).await {
            Ok(tombstones) => tombstones,
            Err(error) => return actions.iter().map(|_| ActionOutcome::Failed(same(&error))).collect(),
        };
        let with_tombstones = actions.iter().zip(&tombstones);
        let with_tombstones: Vec<&BulkAction> = with_tombstones
            .flat_map(|(action, tombstone)| [Some(action), tombstone.as_ref()])
            .flatten()
            .collect();
        let parts = parts(&with_tombstones);
        let refreshes_each = parts.len() == 1;
        let mut outcomes = Vec::with_capacity(with_tombstones.len());
        for part in parts {
            let part = match outcomes.last() {
                // The first chunk already waited as long as a change may take: do not wait again for each.
                Some(ActionOutcome::Failed(error @ StoreError::Unavailable(_))) => {
                    part.iter().map(|_| ActionOutcome::Failed(same(error))).collect()
                }
                _ => self.bulk_part(&index.alias, part, refreshes_each).await,
            };
            outcomes.extend(part);
        }
        if !refreshes_each && !actions.is_empty() {
            self.refresh(&index.alias).await;
        }
        let outcomes = with_tombstones.into_iter().zip(outcomes);
        outcomes.filter_map(|(action, outcome)| answered(action, outcome)).collect()
    }

    async fn refresh(&self, index: &str) {
        let refresh = Request::change(Method::POST, format!("/{index}/_refresh"), "");
        if let Err(error) = self.ask(&refresh).await {
            // They are stored, and become visible with the next regular refresh.
            tracing::warn!(%index, %error, "the index was not refreshed");
        }
    }

    /// Sends one chunk, and repeats the changes that the server had no capacity for.
    async fn bulk_part(&self, index: &str, actions: &[&BulkAction], refresh: bool) -> Vec<ActionOutcome> {
        let request_deadline = self.request_deadline(Purpose::Change);
        let mut outcomes: Vec<Option<ActionOutcome>> = actions.iter().map(|_| None).collect();
        let mut pauses = backoff();
        let mut is_repeated = false;
        loop {
            let waiting: Vec<usize> = (0..actions.len()).filter(|place| outcomes[*place].is_none()).collect();
            if waiting.is_empty() {
                break;
            }
            let chosen: Vec<&BulkAction> = waiting.iter().map(|place| actions[*place]).collect();
            match self.bulk_once(index, &chosen, refresh, request_deadline, is_repeated).await {
                Ok(results) => {
                    for (place, result) in waiting.iter().zip(results) {
                        outcomes[*place] = result;
                    }
                }
                Err(error) => {
                    for place in waiting {
                        outcomes[place] = Some(ActionOutcome::Failed(same(&error)));
                    }
                    break;
                }
            }
            is_repeated = true;
            if outcomes.iter().any(Option::is_none) {
                match (request_deadline.left(), pauses.next()) {
                    (Some(left), Some(pause)) => tokio::time::sleep(pause.min(left)).await,
                    _ => break,
                }
            }
        }
        let busy = || ActionOutcome::Failed(StoreError::unavailable("the server has no room for the change"));
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(busy)).collect()
    }

    /// One request; `None` for changes that must be repeated.
    async fn bulk_once(
        &self,
        index: &str,
        actions: &[&BulkAction],
        refresh: bool,
        request_deadline: RequestDeadline,
        is_repeated: bool,
    ) -> Result<Vec<Option<ActionOutcome>>, StoreError> {
        let mut body = String::new();
        for action in actions {
            action.write(&mut body);
        }
        let seconds = request_deadline.left().map_or(1, |left| left.as_secs().max(1));
        let path = format!("/{index}/_bulk?refresh={refresh}&timeout={seconds}s&require_alias=true");
        let answer = self
            .client
            .send_within(&Request::change(Method::POST, path, Bytes::from(body)), request_deadline)
            .await?;
        let is_repeated = is_repeated || answer.is_repeated;
        if answer.status == 413 && actions.len() == 1 {
            return Err(StoreError::Rejected(
                "the server does not take a document of this length".to_owned(),
            ));
        }
        let body = self.understood(answer)?;
        let answer: BulkAnswer<'_> = wire::read(&body)?;
        if answer.items.len() != actions.len() {
            return Err(StoreError::Backend("the server did not answer every change".into()));
        }
        let items = answer.items.into_iter().filter_map(|item| item.into_values().next());
        Ok(items.map(|item| self.outcome(&item, is_repeated)).collect())
    }

    fn outcome(&self, item: &Item<'_>, is_repeated: bool) -> Option<ActionOutcome> {
        let problem = item.error.map(|error| Problem::of_item(error.get()));
        Some(match (item.status, problem) {
            (200..300, None) => match wire::version(item.sequence, item.term) {
                Some(version) => ActionOutcome::Done(version),
                None => ActionOutcome::Failed(StoreError::Backend(
                    "a change was answered without its version".into(),
                )),
            },
            (404, None) | (409, _) => ActionOutcome::Conflict { is_repeated },
            (503, Some(_)) => return None,
            (429, Some(problem)) if problem.kind != "cluster_block_exception" => return None,
            (400, Some(problem)) => ActionOutcome::Failed(StoreError::Rejected(problem.reason)),
            (status, problem) => {
                let problem = problem.unwrap_or_default();
                let lost = self.lost_index(&problem.kind);
                ActionOutcome::Failed(lost.unwrap_or_else(|| problem.into_store_error(status)))
            }
        })
    }
}

/// Assigns an outcome to its change; tombstones have none.
fn answered(action: &BulkAction, outcome: ActionOutcome) -> Option<ActionOutcome> {
    if !matches!(action.change, BulkChange::Tombstone { .. }) {
        return Some(outcome);
    }
    if let ActionOutcome::Failed(error) = outcome {
        tracing::warn!(%error, "a deletion was not noted for those who wait for changes");
    }
    None
}

/// Splits changes into chunks for one request each.
fn parts<'p, 'a>(actions: &'p [&'a BulkAction]) -> Vec<&'p [&'a BulkAction]> {
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (place, action) in actions.iter().enumerate() {
        let size = action.size();
        if place > start && (bytes + size > REQUEST_BYTES || place - start == REQUEST_ACTIONS) {
            parts.push(&actions[start..place]);
            (start, bytes) = (place, 0);
        }
        bytes += size;
    }
    if start < actions.len() {
        parts.push(&actions[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(bytes: usize) -> BulkAction {
        BulkAction { id: "x".to_owned(), change: BulkChange::Create("y".repeat(bytes)) }
    }

    #[test]
    fn requests_stay_small() {
        let lengths = |actions: &[BulkAction]| {
            let actions: Vec<&BulkAction> = actions.iter().collect();
            parts(&actions).iter().map(|part| part.len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&[]), [0; 0]);
        assert_eq!(lengths(&vec![action(1); 2_500]), [1_000, 1_000, 500]);
        assert_eq!(lengths(&vec![action(3 << 20); 3]), [1, 1, 1]);
        assert_eq!(lengths(&[action(9 << 20), action(1), action(1)]), [1, 2]);
    }
}
