//! Single documents: read by id, and changed under the guard of a version.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::json;
use tributary_domain::Id;

use super::action::{BulkAction, BulkChange};
use super::budget::Purpose;
use super::bulk::Outcome;
use super::call::Call;
use super::client::Request;
use super::indices::Index;
use super::problem::{Problem, same};
use super::source::render;
use super::wire::{self, GetAnswer};
use crate::backoff::backoff;
use crate::{StoreError, Version, Versioned};

/// A document as the server has it.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) version: Version,
    pub(super) source: String,
}

impl Call {
    /// The documents with these ids that are there, in no order; what was acknowledged is seen.
    pub(super) async fn get_many(&self, index: &Index, ids: &[&str]) -> Result<Vec<Found>, StoreError> {
        // Ids stand in the body, since a path cannot hold every one of them.
        let body = json!({ "ids": ids }).to_string();
        let request = Request::read(Method::POST, format!("/{}/_mget", index.name), body);
        let budget = self.budget(Purpose::Read);
        let mut pauses = backoff();
        loop {
            let body = self.understood(self.client.send_within(&request, budget).await?)?;
            let answer: GetAnswer<'_> = wire::read(&body)?;
            let problem = match found(answer) {
                Ok(found) => return Ok(found),
                Err(problem) => problem,
            };
            if let Some(lost) = self.lost_index(&problem.kind) {
                return Err(lost);
            }
            // Without a status of its own: refused, or a shard that is not there at the moment.
            let status = if problem.kind == "security_exception" { 403 } else { 503 };
            match (budget.left(), pauses.next()) {
                (Some(left), Some(pause)) if status == 503 => tokio::time::sleep(pause.min(left)).await,
                _ => return Err(problem.into_store_error(status)),
            }
        }
    }

    /// The document with this id as it stands in the index.
    pub(super) async fn find(&self, index: &Index, id: &str) -> Result<Option<Found>, StoreError> {
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
        let found: HashMap<&str, &Found> = found.iter().map(|found| (found.id.as_str(), found)).collect();
        let versioned = |found: &&Found| {
            Ok(Versioned { version: found.version, document: render(&found.source, &found.id)? })
        };
        names.iter().map(|name| found.get(name).map(versioned).transpose()).collect()
    }

    /// Makes one change.
    pub(super) async fn change(&self, index: &Index, action: &BulkAction) -> Result<Version, StoreError> {
        let actions = std::slice::from_ref(action);
        let outcomes = self.bulk(index, actions).await;
        let unanswered = || Err(StoreError::Backend("the server left the change unanswered".into()));
        self.settle(index, actions, outcomes).await.pop().unwrap_or_else(unanswered)
    }

    /// Says what outcomes mean, with one second look at the documents of those that are not clear.
    pub(super) async fn settle(
        &self,
        index: &Index,
        actions: &[BulkAction],
        outcomes: Vec<Outcome>,
    ) -> Vec<Result<Version, StoreError>> {
        let unclear = actions.iter().zip(&outcomes);
        let unclear = unclear.filter(|(_, outcome)| matches!(outcome, Outcome::Conflict { .. }));
        let unclear: Vec<&str> = unclear.map(|(action, _)| action.id.as_str()).collect();
        let found = if unclear.is_empty() { Ok(Vec::new()) } else { self.get_many(index, &unclear).await };
        let found = found.as_ref().map(|found| -> HashMap<&str, &Found> {
            found.iter().map(|found| (found.id.as_str(), found)).collect()
        });
        let settle = |(action, outcome): (&BulkAction, Outcome)| match (outcome, &found) {
            (Outcome::Done(version), _) => Ok(version),
            (Outcome::Failed(error), _) => Err(error),
            (Outcome::Conflict { .. }, Err(error)) => Err(same(error)),
            (Outcome::Conflict { is_repeated }, Ok(found)) => {
                settled(action, found.get(action.id.as_str()).copied(), is_repeated)
            }
        };
        actions.iter().zip(outcomes).map(settle).collect()
    }
}

/// What a conflict means, by the document as it is now.
fn settled(action: &BulkAction, found: Option<&Found>, is_repeated: bool) -> Result<Version, StoreError> {
    match (&action.change, found) {
        // An earlier try was carried out, its answer lost.
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

/// The documents of an answer, or why one of them could not be looked for.
fn found(answer: GetAnswer<'_>) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for got in answer.docs {
        if let Some(error) = got.error {
            return Err(Problem::of_item(error.get()));
        }
        if let (Some(source), Some(version)) = (got.source, wire::version(got.sequence, got.term)) {
            found.push(Found { id: got.id.into_owned(), version, source: source.get().to_owned() });
        }
    }
    Ok(found)
}
