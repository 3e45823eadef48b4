//! Iteration over all matches of a query, in batches, as of one point in time.

use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::call::Call;
use super::client::Request;
use super::compile::number_column;
use super::indices::Index;
use super::problem::LostResource;
use super::wire::{self, Hit, SearchAnswer};
use crate::StoreError;

/// The batch size with whole documents, or with ids.
const DOCUMENTS_PER_BATCH: usize = 1_000;
/// The batch size with a few values of each document.
const VALUES_PER_BATCH: usize = 10_000;

/// What is read of each document, beside its id.
#[derive(Debug, Clone, Copy)]
pub(super) enum WalkContent<'f> {
    IdOnly,
    Source,
    /// The values of these numeric fields, from their columns.
    Numbers(&'f [&'static str]),
}

/// An iteration in progress.
pub(super) struct Walk {
    call: Call,
    /// The search of a batch, except for its start.
    search: Value,
    point_in_time: String,
    size: usize,
    after: Option<Box<RawValue>>,
    is_over: bool,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(alias = "pit_id")]
    id: String,
}

impl Walk {
    /// Opens an iteration over the matches of `query`, in an order of the server's choice.
    pub(super) async fn open(
        call: Call,
        index: &Index,
        query: Value,
        content: WalkContent<'_>,
    ) -> Result<Self, StoreError> {
        let dialect = call.prepared.dialect;
        let open = Request::read(Method::POST, dialect.open_point_in_time(&index.name), "");
        let opened: Opened = serde_json::from_slice(&call.ask(&open).await?)
            .map_err(|error| StoreError::Backend(error.into()))?;
        let mut search = json!({
            "query": query,
            "sort": dialect.walking_order(),
            "_source": matches!(content, WalkContent::Source),
            "track_total_hits": false,
        });
        let mut size = DOCUMENTS_PER_BATCH;
        if let WalkContent::Numbers(fields) = content {
            let column = |path| number_column(index, path, dialect.date_format());
            search["docvalue_fields"] = fields.iter().copied().map(column).collect();
            size = VALUES_PER_BATCH.min(usize::try_from(index.result_window).unwrap_or(VALUES_PER_BATCH));
        }
        search["size"] = size.into();
        Ok(Self { call, search, point_in_time: opened.id, size, after: None, is_over: false })
    }

    /// The next batch, each document converted by `read`; `None` at the end.
    pub(super) async fn next<T>(
        &mut self,
        read: impl Fn(&Hit<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Option<Vec<T>>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        self.search["pit"] = json!({ "id": self.point_in_time, "keep_alive": "5m" });
        if let Some(after) = &self.after {
            self.search["search_after"] = serde_json::from_str(after.get()).unwrap_or_default();
        }
        let path = "/_search?allow_partial_search_results=false";
        let search = Request::read(Method::POST, path, self.search.to_string());
        let answer = self.call.send(&search).await?;
        if answer.status == 404 {
            return Err(LostResource::PointInTime.into());
        }
        let body = self.call.understood(answer)?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        self.after = answer.hits.hits.last().and_then(|hit| hit.sort).map(ToOwned::to_owned);
        self.is_over = answer.hits.hits.len() < self.size || self.after.is_none();
        if let Some(id) = answer.pit_id {
            self.point_in_time = id;
        }
        let portion = answer.hits.hits.iter().map(read).collect::<Result<Vec<T>, _>>()?;
        if self.is_over {
            self.close().await;
        }
        Ok((!portion.is_empty()).then_some(portion))
    }

    /// Closes the point in time; otherwise it expires after minutes.
    async fn close(&self) {
        let (path, body) = self.call.prepared.dialect.close_point_in_time(&self.point_in_time);
        let close = Request::read(Method::DELETE, path, body.to_string());
        if let Err(error) = self.call.send(&close).await {
            tracing::debug!(%error, "a point in time was not closed");
        }
    }
}
