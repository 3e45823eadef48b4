//! Lists of sync jobs: one search where pages end between milliseconds, and a few more where they
//! would cut through documents of the same one.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bytes::Bytes;
use opensearch::http::Method;
use serde_json::{Value, json};
use tributary_domain::{SortOrder, SyncJobQuery};

use super::client::Request;
use super::connection::Connection;
use super::indices::{Index, Prepared};
use super::source::render;
use super::walk::Walk;
use super::wire::{self, Hit, SearchAnswer};
use crate::{Collection, Documents, Page, StoreError};

const CREATED_AT: &str = "created_at";

/// What is asked for, in the terms of the search.
struct Window {
    from: u64,
    end: u64,
    /// One document before the page, where there is one: is it of the same millisecond?
    first: u64,
    /// One document after the page, as far as the server lets pages reach.
    last: u64,
}

impl Connection {
    /// A page of the sync jobs that match, in the order of the contract.
    pub(super) async fn list_sync_jobs(
        &self,
        prepared: &Prepared,
        query: &SyncJobQuery,
    ) -> Result<Page, StoreError> {
        let index = prepared.index(Collection::SyncJobs);
        let (from, size) = (u64::from(query.from), u64::from(query.size));
        let window = if size == 0 {
            Window { from: 0, end: 0, first: 0, last: 0 }
        } else {
            let end = from + size;
            Window { from, end, first: from.saturating_sub(1), last: (end + 1).min(index.result_window) }
        };
        if window.end > index.result_window {
            let reason = format!("a page cannot end after {} documents", index.result_window);
            return Err(StoreError::Rejected(reason));
        }
        let body = json!({
            "query": filters(index, query, None),
            "sort": [sort(index, query.order)],
            "from": window.first,
            "size": window.last - window.first,
            "track_total_hits": true,
        });
        let body = self.search(&index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        let count = answer.hits.total.map_or(0, |total| total.value);
        let found = Found { window, count, order: query.order, hits: answer.hits.hits };
        let documents = if found.is_cut() {
            self.cut_page(prepared, query, &found).await?
        } else {
            found.whole_page()?
        };
        Ok(Page { count, documents })
    }

    pub(super) async fn search(&self, index: &str, body: &Value) -> Result<Bytes, StoreError> {
        let path = format!("/{index}/_search?allow_partial_search_results=false");
        self.ask(&Request::read(Method::Post, path, body.to_string())).await
    }

    /// A page whose first or last documents are some of several of one millisecond: these are put
    /// into the order of their ids, all of them, and the page takes its share.
    async fn cut_page(
        &self,
        prepared: &Prepared,
        query: &SyncJobQuery,
        found: &Found<'_>,
    ) -> Result<Documents, StoreError> {
        let mut ids: BTreeMap<u64, String> = BTreeMap::new();
        for (place, hit) in (found.window.from..).zip(found.sorted_page()) {
            ids.insert(place, hit.id.clone().into_owned());
        }
        for milliseconds in found.cut_groups() {
            let group = self.group(prepared, query, milliseconds).await?;
            let start = match found.start_of(milliseconds) {
                Some(start) => start,
                None => self.count_before(prepared, query, milliseconds).await?,
            };
            for (place, id) in (start..).zip(group) {
                if (found.window.from..found.window.end).contains(&place) {
                    ids.insert(place, id);
                }
            }
        }
        let index = &prepared.index(Collection::SyncJobs).name;
        let known: BTreeMap<&str, &Hit<'_>> = found.hits.iter().map(|hit| (hit.id.as_ref(), hit)).collect();
        let missing: Vec<&str> =
            ids.values().map(String::as_str).filter(|id| !known.contains_key(id)).collect();
        let fetched = if missing.is_empty() { Vec::new() } else { self.get_many(index, &missing).await? };
        let fetched: BTreeMap<&str, &str> =
            fetched.iter().map(|found| (found.id.as_str(), found.source.as_str())).collect();
        let source = |id: &str| known.get(id).map(|hit| hit.text()).or_else(|| fetched.get(id).copied());
        // One that is gone by now is left out.
        ids.values().filter_map(|id| Some(render(source(id)?, id))).collect()
    }

    /// The ids of all matching documents of one millisecond, in order.
    async fn group(
        &self,
        prepared: &Prepared,
        query: &SyncJobQuery,
        milliseconds: i64,
    ) -> Result<Vec<String>, StoreError> {
        let index = prepared.index(Collection::SyncJobs);
        let within = filters(index, query, Some(at(index, milliseconds)));
        let mut walk =
            Walk::open(self, prepared.dialect, &index.name, within, &[sort(index, query.order)], false)
                .await?;
        let mut ids = Vec::new();
        while let Some(portion) =
            walk.next(|hit| Ok((hit.milliseconds(), hit.id.clone().into_owned()))).await?
        {
            // Of several times of one document the earliest counts.
            ids.extend(portion.into_iter().filter(|(found, _)| *found == milliseconds).map(|(_, id)| id));
        }
        ids.sort_unstable_by(|left, right| directed(query.order, left.cmp(right)));
        Ok(ids)
    }

    /// How many matching documents come earlier in the list.
    async fn count_before(
        &self,
        prepared: &Prepared,
        query: &SyncJobQuery,
        milliseconds: i64,
    ) -> Result<u64, StoreError> {
        let index = prepared.index(Collection::SyncJobs);
        let before = filters(index, query, Some(before(index, query.order, milliseconds)));
        let body = json!({ "query": before, "size": 0, "track_total_hits": true });
        let body = self.search(&index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        Ok(answer.hits.total.map_or(0, |total| total.value))
    }
}

/// What a search found: a page, and up to one document on either side of it.
struct Found<'a> {
    window: Window,
    count: u64,
    order: SortOrder,
    hits: Vec<Hit<'a>>,
}

impl<'a> Found<'a> {
    fn page(&self) -> &[Hit<'a>] {
        let start = index(self.window.from - self.window.first).min(self.hits.len());
        let end = (start + index(self.window.end - self.window.from)).min(self.hits.len());
        &self.hits[start..end]
    }

    /// The page in order, as far as it is not cut.
    fn sorted_page(&self) -> Vec<&Hit<'a>> {
        let mut rows: Vec<(i64, &Hit<'a>)> =
            self.page().iter().map(|hit| (hit.milliseconds(), hit)).collect();
        rows.sort_by(|(left_time, left), (right_time, right)| {
            directed(self.order, (left_time, left.id.as_bytes()).cmp(&(right_time, right.id.as_bytes())))
        });
        rows.into_iter().map(|(_, hit)| hit).collect()
    }

    /// The page, where it is cut nowhere: its documents are all that there are of their milliseconds.
    fn whole_page(&self) -> Result<Documents, StoreError> {
        self.sorted_page().into_iter().map(|hit| render(hit.text(), &hit.id)).collect()
    }

    fn is_cut(&self) -> bool {
        self.is_cut_before() || self.is_cut_after()
    }

    fn is_cut_before(&self) -> bool {
        let (Some(before), Some(first)) = (self.hits.first(), self.page().first()) else { return false };
        self.window.first < self.window.from && before.milliseconds() == first.milliseconds()
    }

    fn is_cut_after(&self) -> bool {
        let Some(last) = self.page().last() else { return false };
        match self.hits.get(index(self.window.end - self.window.first)) {
            Some(after) => after.milliseconds() == last.milliseconds(),
            // Nothing follows, or it is out of reach and may be of the same millisecond.
            None => self.window.last <= self.window.end && self.count > self.window.end,
        }
    }

    /// The milliseconds through which the page cuts.
    fn cut_groups(&self) -> Vec<i64> {
        let page = self.page();
        let before = page.first().filter(|_| self.is_cut_before()).map(Hit::milliseconds);
        let after = page.last().filter(|_| self.is_cut_after()).map(Hit::milliseconds);
        let mut groups: Vec<i64> = before.into_iter().chain(after).collect();
        groups.dedup();
        groups
    }

    /// The place in the list of the first document of a millisecond, if it is on the page.
    fn start_of(&self, milliseconds: i64) -> Option<u64> {
        let place = self.page().iter().position(|hit| hit.milliseconds() == milliseconds)?;
        (place > 0 || !self.is_cut_before()).then_some(self.window.from + place as u64)
    }
}

/// A distance inside of a page.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

/// How two documents compare in a list of one direction, from how they do in the order of creation.
fn directed(order: SortOrder, ordering: Ordering) -> Ordering {
    match order {
        SortOrder::Ascending => ordering,
        SortOrder::Descending => ordering.reverse(),
    }
}

/// The order of the server's own; the earliest of several times counts in both directions.
fn sort(index: &Index, order: SortOrder) -> Value {
    let missing = match order {
        SortOrder::Ascending => "_last",
        SortOrder::Descending => "_first",
    };
    json!({ index.field(CREATED_AT): { "order": order, "missing": missing, "mode": "min" } })
}

/// Finds the documents with a time before this one, in milliseconds since 1970.
fn earlier(index: &Index, milliseconds: i64) -> Value {
    // OpenSearch rounds `lte` and `gt` wrongly before 1970.
    json!({ "range": { index.field(CREATED_AT): { "lt": milliseconds, "format": "epoch_millis" } } })
}

/// Finds the documents of a millisecond, and others with several times.
fn at(index: &Index, milliseconds: i64) -> Value {
    match milliseconds.checked_add(1) {
        Some(next) => json!({
            "range": { index.field(CREATED_AT): { "gte": milliseconds, "lt": next, "format": "epoch_millis" } },
        }),
        // Servers sort this time and none alike.
        None => json!({ "bool": { "must_not": earlier(index, milliseconds) } }),
    }
}

/// Finds the documents that come before those of a millisecond in the list.
fn before(index: &Index, order: SortOrder, milliseconds: i64) -> Value {
    match (order, milliseconds.checked_add(1)) {
        (SortOrder::Ascending, _) => earlier(index, milliseconds),
        (SortOrder::Descending, None) => json!({ "match_none": {} }),
        // None of several times may be as early, and a document without a time is not.
        (SortOrder::Descending, Some(next)) => json!({ "bool": { "must_not": earlier(index, next) } }),
    }
}

/// The query in the language of the server, with one more condition where there is one.
fn filters(index: &Index, query: &SyncJobQuery, more: Option<Value>) -> Value {
    let filters = query.filters.iter().map(|filter| {
        let field = index.field(filter.field.path());
        match filter.words.as_slice() {
            // A list of one is not the same to a server: it collects all documents of a list before it sorts.
            [word] => json!({ "term": { field: word } }),
            words => json!({ "terms": { field: words } }),
        }
    });
    let filters: Vec<Value> = filters.chain(more).collect();
    if filters.is_empty() { json!({ "match_all": {} }) } else { json!({ "bool": { "filter": filters } }) }
}
