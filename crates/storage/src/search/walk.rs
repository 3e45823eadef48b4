//! Everything that a query finds, portion by portion, as it stood at one point in time.

use opensearch::http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::bulk::{BulkAction, BulkChange, Outcome};
use super::client::Request;
use super::connection::Connection;
use super::dialect::Dialect;
use super::indices::{Index, Prepared};
use super::problem::Lost;
use super::source::one_line;
use super::wire::{self, Hit, SearchAnswer};
use crate::StoreError;

/// How many documents come in one portion.
const PORTION: usize = 1_000;
/// How often documents are looked at again that change while they are written again.
const ATTEMPTS: usize = 10;

/// A walk that has begun.
pub(super) struct Walk<'c> {
    connection: &'c Connection,
    dialect: Dialect,
    /// The search of a portion, apart from where it begins.
    search: Value,
    point_in_time: String,
    after: Option<Box<RawValue>>,
    is_over: bool,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(alias = "pit_id")]
    id: String,
}

impl<'c> Walk<'c> {
    /// Opens a walk through what `query` finds; with the sources, or the ids alone. Documents come in
    /// the order of `order`, then in one of the server's own.
    pub(super) async fn open(
        connection: &'c Connection,
        dialect: Dialect,
        index: &str,
        query: Value,
        order: &[Value],
        with_sources: bool,
    ) -> Result<Self, StoreError> {
        let open = Request::read(Method::Post, dialect.open_point_in_time(index), "");
        let opened: Opened = serde_json::from_slice(&connection.ask(&open).await?)
            .map_err(|error| StoreError::Backend(error.into()))?;
        let mut sort = order.to_vec();
        sort.extend(dialect.walking_order().as_array().into_iter().flatten().cloned());
        let search = json!({
            "query": query,
            "sort": sort,
            "size": PORTION,
            "_source": with_sources,
            "track_total_hits": false,
        });
        Ok(Self { connection, dialect, search, point_in_time: opened.id, after: None, is_over: false })
    }

    /// The next portion, each document as `read` takes it; `None` at the end.
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
        let search = Request::read(Method::Post, path, self.search.to_string());
        let answer = self.connection.client.send(&search).await?;
        if answer.status == 404 {
            return Err(Lost::PointInTime.into());
        }
        let body = self.connection.understood(answer)?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        self.after = answer.hits.hits.last().and_then(|hit| hit.sort).map(ToOwned::to_owned);
        self.is_over = answer.hits.hits.len() < PORTION || self.after.is_none();
        if let Some(id) = answer.pit_id {
            self.point_in_time = id;
        }
        let portion = answer.hits.hits.iter().map(read).collect::<Result<Vec<T>, _>>()?;
        if self.is_over {
            self.close().await;
        }
        Ok((!portion.is_empty()).then_some(portion))
    }

    /// Lets the server forget the point in time; by itself it does so after minutes.
    async fn close(&self) {
        let (path, body) = self.dialect.close_point_in_time(&self.point_in_time);
        let close = Request::read(Method::Delete, path, body.to_string());
        if let Err(error) = self.connection.client.send(&close).await {
            tracing::debug!(%error, "a point in time was not closed");
        }
    }
}

impl Connection {
    /// Writes every document of an index again as it is, so that fields are indexed that were not.
    pub(super) async fn write_again(&self, prepared: &Prepared, index: &Index) -> Result<(), StoreError> {
        let all = json!({ "match_all": {} });
        let mut walk = Walk::open(self, prepared.dialect, &index.name, all, &[], false).await?;
        let mut written = 0;
        while let Some(ids) = walk.next(|hit| Ok(hit.id.clone().into_owned())).await? {
            written += ids.len();
            self.write_portion_again(index, ids).await?;
        }
        tracing::info!(index = %index.name, documents = written, "fields were added to the index");
        Ok(())
    }

    async fn write_portion_again(&self, index: &Index, mut ids: Vec<String>) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
            let found = self.get_many(&index.name, &wanted).await?;
            let actions: Vec<BulkAction> = found
                .into_iter()
                .map(|found| BulkAction {
                    id: found.id,
                    change: BulkChange::Replace(found.version, one_line(&found.source)),
                })
                .collect();
            let outcomes = self.bulk(&index.alias, &actions).await;
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
}
