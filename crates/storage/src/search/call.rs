//! One call to the store: the servers and indices that it works with, and the time that it has.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use super::budget::{Budget, Purpose};
use super::client::{Answer, Client, Request};
use super::indices::Prepared;
use super::problem::{Lost, Problem};
use crate::{Deadline, StoreError};

/// One call to the store.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) client: Arc<Client>,
    pub(super) prepared: Arc<Prepared>,
    pub(super) deadline: Deadline,
}

impl Call {
    /// The time for what begins now, as a part of the call.
    pub(super) fn budget(&self, purpose: Purpose) -> Budget {
        self.client.deadlines.budget(purpose, self.deadline)
    }

    pub(super) async fn send(&self, request: &Request) -> Result<Answer, StoreError> {
        self.client.send(request, self.deadline).await
    }

    /// Sends a request to an index and answers the body of a success.
    pub(super) async fn ask(&self, request: &Request) -> Result<Bytes, StoreError> {
        self.understood(self.send(request).await?)
    }

    pub(super) async fn search(&self, index: &str, body: &Value) -> Result<Bytes, StoreError> {
        let path = format!("/{index}/_search?allow_partial_search_results=false");
        let answer = self.send(&Request::read(Method::POST, path, body.to_string())).await?;
        if answer.status == 400 {
            // A server has limits to how much a query may ask for.
            return Err(StoreError::Rejected(Problem::read(&answer.body).reason));
        }
        self.understood(answer)
    }

    pub(super) fn understood(&self, answer: Answer) -> Result<Bytes, StoreError> {
        if answer.status == 404
            && let Some(lost) = self.lost_index(&Problem::read(&answer.body).kind)
        {
            return Err(lost);
        }
        answer.success()
    }

    /// The error for an index that is gone: it is made again before the next call.
    pub(super) fn lost_index(&self, kind: &str) -> Option<StoreError> {
        if kind != "index_not_found_exception" {
            return None;
        }
        self.prepared.lose();
        Some(Lost::Index.into())
    }
}
