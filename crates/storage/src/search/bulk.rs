//! Many changes in one request, each with an outcome of its own.

use bytes::Bytes;
use opensearch::http::Method;
use serde_json::json;

use super::budget::{Budget, Purpose};
use super::client::Request;
use super::connection::Connection;
use super::problem::{Problem, same};
use super::source::source;
use super::wire::{self, BulkAnswer, Item};
use crate::pauses::pauses;
use crate::{Action, Operation, StoreError, Version};

/// The most bytes of documents in one request: larger ones are refused by small servers.
const REQUEST_BYTES: usize = 4 << 20;
/// The most changes in one request.
const REQUEST_ACTIONS: usize = 1_000;

/// A change of one document.
#[derive(Debug, Clone)]
pub(super) struct BulkAction {
    pub(super) id: String,
    pub(super) change: BulkChange,
}

#[derive(Debug, Clone)]
pub(super) enum BulkChange {
    Create(String),
    Replace(Version, String),
    Delete(Version),
}

/// What became of a change.
#[derive(Debug)]
pub(super) enum Outcome {
    Done(Version),
    /// The document is not in the expected state, maybe by an earlier try of the same change.
    Conflict {
        is_repeated: bool,
    },
    Failed(StoreError),
}

impl BulkAction {
    /// The action of an operation, with the document as it is sent.
    pub(super) fn new(Operation { id, action }: &Operation) -> Self {
        let change = match action {
            Action::Create(document) => BulkChange::Create(source(document)),
            Action::Replace(expected, document) => BulkChange::Replace(*expected, source(document)),
            Action::Delete(expected) => BulkChange::Delete(*expected),
        };
        Self { id: id.to_string(), change }
    }

    pub(super) fn delete(id: &str, expected: Version) -> Self {
        Self { id: id.to_owned(), change: BulkChange::Delete(expected) }
    }

    fn size(&self) -> usize {
        match &self.change {
            BulkChange::Create(source) | BulkChange::Replace(_, source) => source.len() + self.id.len() + 100,
            BulkChange::Delete(_) => self.id.len() + 100,
        }
    }

    fn write(&self, body: &mut String) {
        let id = &self.id;
        let (head, source) = match &self.change {
            BulkChange::Create(source) => (json!({ "create": { "_id": id } }), Some(source)),
            BulkChange::Replace(expected, source) => {
                (json!({ "index": guarded(id, *expected) }), Some(source))
            }
            BulkChange::Delete(expected) => (json!({ "delete": guarded(id, *expected) }), None),
        };
        body.push_str(&head.to_string());
        body.push('\n');
        if let Some(source) = source {
            body.push_str(source);
            body.push('\n');
        }
    }
}

fn guarded(id: &str, expected: Version) -> serde_json::Value {
    json!({ "_id": id, "if_seq_no": expected.sequence, "if_primary_term": expected.term })
}

impl Connection {
    /// Makes changes, in order, and answers what became of each. All are visible to searches then.
    pub(super) async fn bulk(&self, index: &str, actions: &[BulkAction]) -> Vec<Outcome> {
        let parts = parts(actions);
        let refreshes_each = parts.len() == 1;
        let mut outcomes = Vec::with_capacity(actions.len());
        for part in parts {
            let part = match outcomes.last() {
                // It was waited for as long as a change may take: not again for each part.
                Some(Outcome::Failed(error @ StoreError::Unavailable(_))) => {
                    part.iter().map(|_| Outcome::Failed(same(error))).collect()
                }
                _ => self.bulk_part(index, part, refreshes_each).await,
            };
            outcomes.extend(part);
        }
        if !refreshes_each && !actions.is_empty() {
            let refresh = Request::change(Method::Post, format!("/{index}/_refresh"), "");
            let refreshed = self.ask(&refresh).await;
            if let Err(error) = refreshed {
                // They are stored, and are seen as soon as the server looks by itself.
                tracing::warn!(%index, %error, "the index was not refreshed");
            }
        }
        outcomes
    }

    /// Sends what goes into one request, and again those that the server had no room for.
    async fn bulk_part(&self, index: &str, actions: &[BulkAction], refresh: bool) -> Vec<Outcome> {
        let budget = self.client.deadlines.budget(Purpose::Change);
        let mut outcomes: Vec<Option<Outcome>> = actions.iter().map(|_| None).collect();
        let mut pauses = pauses();
        let mut is_repeated = false;
        loop {
            let waiting: Vec<usize> = (0..actions.len()).filter(|place| outcomes[*place].is_none()).collect();
            if waiting.is_empty() {
                break;
            }
            let chosen: Vec<&BulkAction> = waiting.iter().map(|place| &actions[*place]).collect();
            match self.bulk_once(index, &chosen, refresh, budget, is_repeated).await {
                Ok(results) => {
                    for (place, result) in waiting.iter().zip(results) {
                        outcomes[*place] = result;
                    }
                }
                Err(error) => {
                    for place in waiting {
                        outcomes[place] = Some(Outcome::Failed(same(&error)));
                    }
                    break;
                }
            }
            is_repeated = true;
            if outcomes.iter().any(Option::is_none) {
                match (budget.left(), pauses.next()) {
                    (Some(left), Some(pause)) => tokio::time::sleep(pause.min(left)).await,
                    _ => break,
                }
            }
        }
        let busy = || Outcome::Failed(StoreError::unavailable("the server has no room for the change"));
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(busy)).collect()
    }

    /// One request; `None` for what has to be sent again.
    async fn bulk_once(
        &self,
        index: &str,
        actions: &[&BulkAction],
        refresh: bool,
        budget: Budget,
        is_repeated: bool,
    ) -> Result<Vec<Option<Outcome>>, StoreError> {
        let mut body = String::new();
        for action in actions {
            action.write(&mut body);
        }
        let seconds = budget.left().map_or(1, |left| left.as_secs().max(1));
        let path = format!("/{index}/_bulk?refresh={refresh}&timeout={seconds}s&require_alias=true");
        let answer =
            self.client.send_within(&Request::change(Method::Post, path, Bytes::from(body)), budget).await?;
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

    fn outcome(&self, item: &Item<'_>, is_repeated: bool) -> Option<Outcome> {
        let problem = item.error.map(|error| Problem::of_item(error.get()));
        Some(match (item.status, problem) {
            (200..300, None) => match wire::version(item.sequence, item.term) {
                Some(version) => Outcome::Done(version),
                None => {
                    Outcome::Failed(StoreError::Backend("a change was answered without its version".into()))
                }
            },
            (404, None) | (409, _) => Outcome::Conflict { is_repeated },
            (503, Some(_)) => return None,
            (429, Some(problem)) if problem.kind != "cluster_block_exception" => return None,
            (400, Some(problem)) => Outcome::Failed(StoreError::Rejected(problem.reason)),
            (status, problem) => {
                let problem = problem.unwrap_or_default();
                let lost = self.lost_index(&problem.kind);
                Outcome::Failed(lost.unwrap_or_else(|| problem.into_store_error(status)))
            }
        })
    }
}

/// Cuts changes into what goes into one request.
fn parts(actions: &[BulkAction]) -> Vec<&[BulkAction]> {
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
        let lengths =
            |actions: &[BulkAction]| parts(actions).iter().map(|part| part.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&[]), [0; 0]);
        assert_eq!(lengths(&vec![action(1); 2_500]), [1_000, 1_000, 500]);
        assert_eq!(lengths(&vec![action(3 << 20); 3]), [1, 1, 1]);
        assert_eq!(lengths(&[action(9 << 20), action(1), action(1)]), [1, 2]);
    }

    #[test]
    fn changes_are_lines() {
        let mut body = String::new();
        let version = Version { sequence: 7, term: 2 };
        action(1).write(&mut body);
        BulkAction { id: "\"".to_owned(), change: BulkChange::Replace(version, "{}".to_owned()) }
            .write(&mut body);
        BulkAction::delete("z", version).write(&mut body);
        let lines: Vec<&str> = body.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"create":{"_id":"x"}}"#,
                "y",
                r#"{"index":{"_id":"\"","if_seq_no":7,"if_primary_term":2}}"#,
                "{}",
                r#"{"delete":{"_id":"z","if_seq_no":7,"if_primary_term":2}}"#,
            ]
        );
    }
}
