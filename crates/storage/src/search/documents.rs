//! Single documents: reads by id, and versioned changes.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::json;
use tributary_domain::Id;

use super::action::{BulkAction, BulkChange};
use super::bulk::ActionOutcome;
use super::call::Call;
use super::client::Request;
use super::deadlines::Purpose;
use super::indices::Index;
use super::problem::{Problem, same};
use super::source::render;
use super::wire::{self, GetAnswer};
use crate::backoff::backoff;
use crate::{StoreError, Version, Versioned};

/// A stored document.
pub(super) struct StoredDocument {
    pub(super) id: String,
    pub(super) version: Version,
    pub(super) source: String,
}

impl Call {
    /// The existing documents with these ids, in no particular order; acknowledged writes are visible.
    pub(super) async fn get_many(
        &self,
        index: &Index,
        ids: &[&str],
    ) -> Result<Vec<StoredDocument>, StoreError> {
        // The ids are in the body, since a path cannot contain all possible ids.
        let body = json!({ "ids": ids }).to_string();
        let request = Request::read(Method::POST, format!("/{}/_mget", index.name), body);
        let request_deadline = self.request_deadline(Purpose::Read);
        let mut pauses = backoff();
        loop {
            let body = self.understood(self.client.send_within(&request, request_deadline).await?)?;
            let answer: GetAnswer<'_> = wire::read(&body)?;
            let problem = match found(answer) {
                Ok(found) => return Ok(found),
                Err(problem) => problem,
            };
            if let Some(lost) = self.lost_index(&problem.kind) {
                return Err(lost);
            }
            // Without a status of its own: rejected, or a shard that is temporarily unavailable.
            let status = if problem.kind == "security_exception" { 403 } else { 503 };
            match (request_deadline.left(), pauses.next()) {
                (Some(left), Some(pause)) if status == 503 => tokio::time::sleep(pause.min(left)).await,
                _ => return Err(problem.into_store_error(status)),
            }
        }
    }

    /// The document with this id.
    pub(super) async fn find(&self, index: &Index, id: &str) -> Result<Option<StoredDocument>, StoreError> {
        Ok(self.get_many(index, &[id]).await?.into_iter().next())
    }

    /// The documents with these ids as clients see them, in the same order.
    pub(super) async fn get_all(
        &self,
        index: &Index,
        ids: &[Id],
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = ids.iter().map(Id::as_str).collect();
        let found = self.get_many(index, &names).await?;
        let found: HashMap<&str, &StoredDocument> =
            found.iter().map(|found| (found.id.as_str(), found)).collect();
        let versioned = |found: &&StoredDocument| {
            Ok(Versioned { version: found.version, document: render(&found.source, &found.id)? })
        };
        names.iter().map(|name| found.get(name).map(versioned).transpose()).collect()
    }

    /// Applies one change.
    pub(super) async fn change(&self, index: &Index, action: &BulkAction) -> Result<Version, StoreError> {
        let actions = std::slice::from_ref(action);
        let outcomes = self.bulk(index, actions).await;
        let unanswered = || Err(StoreError::Backend("the server left the change unanswered".into()));
        self.settle(index, actions, outcomes).await.pop().unwrap_or_else(unanswered)
    }

    /// Resolves outcomes; documents with an ambiguous outcome are read again.
    pub(super) async fn settle(
        &self,
        index: &Index,
        actions: &[BulkAction],
        outcomes: Vec<ActionOutcome>,
    ) -> Vec<Result<Version, StoreError>> {
        let unclear = actions.iter().zip(&outcomes);
        let unclear = unclear.filter(|(_, outcome)| matches!(outcome, ActionOutcome::Conflict { .. }));
        let unclear: Vec<&str> = unclear.map(|(action, _)| action.id.as_str()).collect();
        let found = if unclear.is_empty() { Ok(Vec::new()) } else { self.get_many(index, &unclear).await };
        let found = found.as_ref().map(|found| -> HashMap<&str, &StoredDocument> {
            found.iter().map(|found| (found.id.as_str(), found)).collect()
        });
        let settle = |(action, outcome): (&BulkAction, ActionOutcome)| match (outcome, &found) {
            (ActionOutcome::Done(version), _) => Ok(version),
            (ActionOutcome::Failed(error), _) => Err(error),
            (ActionOutcome::Conflict { .. }, Err(error)) => Err(same(error)),
            (ActionOutcome::Conflict { is_repeated }, Ok(found)) => {
                settled(action, found.get(action.id.as_str()).copied(), is_repeated)
            }
        };
        actions.iter().zip(outcomes).map(settle).collect()
    }
}

/// Resolves a conflict by the current document.
fn settled(
    action: &BulkAction,
    found: Option<&StoredDocument>,
    is_repeated: bool,
) -> Result<Version, StoreError> {
    match (&action.change, found) {
        // An earlier attempt was applied, its response lost.
        (BulkChange::Create(source) | BulkChange::Replace(_, source), Some(found))
            if is_repeated && found.source == *source =>
        {
            Ok(found.version)
        }
        (BulkChange::Delete(expected), None) if is_repeated => Ok(*expected),
        (BulkChange::Create(_), _) | (_, Some(_)) => Err(StoreError::Conflict),
        (_, None) => Err(StoreError::NotFound),
    }
}

/// The documents of a response, or the error of one of them.
fn found(answer: GetAnswer<'_>) -> Result<Vec<StoredDocument>, Problem> {
    let mut found = Vec::new();
    for got in answer.docs {
        if let Some(error) = got.error {
            return Err(Problem::of_item(error.get()));
        }
        if let (Some(source), Some(version)) = (got.source, wire::version(got.sequence, got.term)) {
            found.push(StoredDocument { id: got.id.into_owned(), version, source: source.get().to_owned() });
        }
    }
    Ok(found)
}
