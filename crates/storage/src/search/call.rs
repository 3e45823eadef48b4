//! One call to the store: its client, indices and deadline.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};
use tributary_domain::{Condition, IndexedField, Query};

use super::client::{Client, Request, ServerResponse};
use super::deadlines::{Purpose, RequestDeadline};
use super::dialect::Product;
use super::indices::{Index, Prepared};
use super::open_point::OpenPoint;
use super::problem::{LostResource, Problem};
use crate::{Deadline, StoreError};

/// One call to the store.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) client: Arc<Client>,
    pub(super) prepared: Arc<Prepared>,
    pub(super) deadline: Deadline,
    /// The moment that searches are about, if it is not the present one.
    pub(super) point: Option<Arc<OpenPoint>>,
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

    /// The same call with its searches at another moment.
    pub(super) fn at(&self, point: OpenPoint) -> Self {
        Self { point: Some(Arc::new(point)), ..self.clone() }
    }

    /// Searches an index, at the moment of the call.
    pub(super) async fn search(&self, index: &str, body: &Value) -> Result<Bytes, StoreError> {
        let (place, body) = match &self.point {
            None => (format!("/{index}"), body.to_string()),
            Some(point) => {
                let mut body = body.clone();
                body["pit"] = point.clause();
                (String::new(), body.to_string())
            }
        };
        let path = format!("{place}/_search?allow_partial_search_results=false");
        let answer = self.send(&Request::read(Method::POST, path, body)).await?;
        match (answer.status, &self.point) {
            (404, Some(_)) => Err(LostResource::PointInTime.into()),
            // Servers limit the size of queries.
            (400, _) => Err(StoreError::Rejected(Problem::read(&answer.body).reason)),
            _ => self.understood(answer),
        }
    }

    /// Where a search begins that is sorted by one field: after every document with this value.
    pub(super) fn search_after(&self, value: i64) -> Value {
        if self.point.is_some() && self.prepared.dialect.product == Product::Elasticsearch {
            // It breaks ties by `_shard_doc` without being asked to.
            return json!([value, i64::MAX]);
        }
        json!([value])
    }

    /// Takes over what an answer says about the moment of the call.
    pub(super) fn renew_point(&self, id: Option<String>) {
        if let Some(point) = &self.point {
            point.renew(id);
        }
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
