//! One call to the store: its client, indices and deadline.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;
use tributary_domain::{Condition, IndexedField, Query};

use super::client::{Client, Request, ServerResponse};
use super::deadlines::{Purpose, RequestDeadline};
use super::indices::{Index, Prepared};
use super::problem::{LostResource, Problem};
use crate::{Deadline, StoreError};

/// One call to the store.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) client: Arc<Client>,
    pub(super) prepared: Arc<Prepared>,
    pub(super) deadline: Deadline,
}

impl Call {
    /// The time limit of an operation that starts now, within that of the call.
    pub(super) fn request_deadline(&self, purpose: Purpose) -> RequestDeadline {
        self.client.deadlines.request_deadline(purpose, self.deadline)
    }

    pub(super) async fn send(&self, request: &Request) -> Result<ServerResponse, StoreError> {
        self.client.send(request, self.deadline).await
    }

    /// Sends a request to an index and returns the body of a success.
    pub(super) async fn ask(&self, request: &Request) -> Result<Bytes, StoreError> {
        self.understood(self.send(request).await?)
    }

    pub(super) async fn search(&self, index: &str, body: &Value) -> Result<Bytes, StoreError> {
        let path = format!("/{index}/_search?allow_partial_search_results=false");
        let answer = self.send(&Request::read(Method::POST, path, body.to_string())).await?;
        if answer.status == 400 {
            // Servers limit the size of queries.
            return Err(StoreError::Rejected(Problem::read(&answer.body).reason));
        }
        self.understood(answer)
    }

    /// Waits until an index can answer a query that also uses these fields; rejects one that it cannot answer.
    pub(super) async fn ready(
        &self,
        index: &Index,
        query: &Query,
        paths: &[&'static str],
    ) -> Result<(), StoreError> {
        let conditions = query.conditions.iter().flat_map(Condition::fields);
        let used = conditions.chain(paths.iter().copied()).filter_map(|path| index.collection.field(path));
        let sources: Vec<&'static str> = used.flat_map(IndexedField::sources).collect();
        index.ready_for(&sources, self.request_deadline(Purpose::Read).end()).await
    }

    pub(super) fn understood(&self, answer: ServerResponse) -> Result<Bytes, StoreError> {
        if answer.status == 404
            && let Some(lost) = self.lost_index(&Problem::read(&answer.body).kind)
        {
            return Err(lost);
        }
        answer.success()
    }

    /// The error for a missing index: it is created again before the next call.
    pub(super) fn lost_index(&self, kind: &str) -> Option<StoreError> {
        if kind != "index_not_found_exception" {
            return None;
        }
        self.prepared.lose();
        Some(LostResource::Index.into())
    }
}
