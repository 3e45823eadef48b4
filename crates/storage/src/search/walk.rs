//! Iteration over all matches of a query, in batches, as of one point in time.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::call::Call;
use super::compile::number_column;
use super::indices::Index;
use super::point_in_time::{close, open};
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
    /// Whether the point in time is closed at the end.
    is_closed_at_end: bool,
    /// The search of a batch, except for its start.
    search: Value,
    size: usize,
    after: Option<Box<RawValue>>,
    is_over: bool,
}

impl Walk {
    /// Opens an iteration over the matches of `query`, in an order of the server's choice, at the moment of the call.
    pub(super) async fn open(
        call: Call,
        index: &Index,
        query: Value,
        content: WalkContent<'_>,
    ) -> Result<Self, StoreError> {
        let dialect = call.prepared.dialect;
        let is_closed_at_end = call.point.is_none();
        let call = if is_closed_at_end { call.at(open(&call, index).await?) } else { call };
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
        Ok(Self { call, is_closed_at_end, search, size, after: None, is_over: false })
    }

    /// The next batch, each document converted by `read`; `None` at the end.
    pub(super) async fn next<T>(
        &mut self,
        read: impl Fn(&Hit<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Option<Vec<T>>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        if let Some(after) = &self.after {
            self.search["search_after"] = serde_json::from_str(after.get()).unwrap_or_default();
        }
        let body = self.call.search("", &self.search).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        self.after = answer.hits.hits.last().and_then(|hit| hit.sort).map(ToOwned::to_owned);
        self.is_over = answer.hits.hits.len() < self.size || self.after.is_none();
        let portion = answer.hits.hits.iter().map(read).collect::<Result<Vec<T>, _>>()?;
        self.call.renew_point(answer.pit_id);
        if self.is_over
            && self.is_closed_at_end
            && let Some(point) = &self.call.point
        {
            close(&self.call, &point.id()).await;
        }
        Ok((!portion.is_empty()).then_some(portion))
    }
}
