//! Pages of a list: one search if the page boundaries fall between sort values, and more if a boundary would split
//! documents of the same value.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use tributary_domain::{Query, SortKey, SortValue};

use super::call::Call;
use super::compile::all;
use super::indices::Index;
use super::sorting::Sorting;
use super::source::render;
use super::walk::{Walk, WalkContent};
use super::wire::{self, Hit, SearchAnswer};
use crate::StoreError;

/// The page size when all documents of one value are read.
const FEW: u64 = 1_000;

/// A list that is sorted by the search engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'l> {
    pub(super) call: &'l Call,
    pub(super) index: &'l Index,
    pub(super) query: &'l Query,
    pub(super) sorting: Sorting<'l>,
}

/// A part of a list.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The total number of documents in the list.
    pub(super) count: u64,
    /// The number of documents from the first of the part on.
    pub(super) from_here: u64,
    /// The documents with their sort values, in order; `None` for one that was deleted meanwhile.
    pub(super) rows: Vec<(SortKey, Option<Bytes>)>,
}

/// The requested page, in terms of the search.
#[derive(Debug, Clone, Copy)]
struct Reach {
    from: u64,
    end: u64,
    /// One document before the page, if there is one, to see whether it has the same value.
    first: u64,
    /// One document after the page, within the server's result window.
    last: u64,
}

impl List<'_> {
    /// Searches `size` documents of the list from `from` on; `more` restricts the list further.
    pub(super) async fn part(&self, more: Option<&Value>, from: u64, size: u64) -> Result<Part, StoreError> {
        let limit = self.index.result_window;
        let end = from + size;
        let reach = if size == 0 {
            Reach { from: 0, end: 0, first: 0, last: 0 }
        } else {
            Reach { from, end, first: from.saturating_sub(1), last: (end + 1).min(limit) }
        };
        if reach.end > limit {
            return Err(StoreError::Rejected(format!("a page cannot end after {limit} documents")));
        }
        let body = json!({
            "query": all(self.index, &self.query.conditions, more.cloned()),
            "sort": self.sorting.sort(),
            "from": reach.first,
            "size": reach.last - reach.first,
            "track_total_hits": true,
        });
        let body = self.call.search(&self.index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        let count = answer.count();
        self.call.renew_point(answer.pit_id.clone());
        let hits = self.keyed(answer);
        let found = PageHits { reach, count, hits: &hits };
        let mut page: Vec<&(SortKey, Hit<'_>)> = found.page().iter().collect();
        page.sort_by(|left, right| self.sorting.order.compare(&left.0, &right.0));
        let rows = if found.is_cut_before() || found.is_cut_after() {
            self.cut_page(more, &found, &page).await?
        } else {
            rendered(page)?
        };
        Ok(Part { count, from_here: count.saturating_sub(from), rows })
    }

    /// The hits of an answer with their sort keys.
    pub(super) fn keyed<'a>(&self, answer: SearchAnswer<'a>) -> Vec<(SortKey, Hit<'a>)> {
        let key = |hit: &Hit<'_>| SortKey { value: self.sorting.value(hit), id: hit.id.clone().into_owned() };
        answer.hits.hits.into_iter().map(|hit| (key(&hit), hit)).collect()
    }

    /// A page whose first or last documents share their value with others: all documents of that value are sorted by
    /// id, and the page takes its share.
    async fn cut_page(
        &self,
        more: Option<&Value>,
        found: &PageHits<'_, '_>,
        page: &[&(SortKey, Hit<'_>)],
    ) -> Result<Vec<(SortKey, Option<Bytes>)>, StoreError> {
        let mut keys: BTreeMap<u64, SortKey> = BTreeMap::new();
        keys.extend((found.reach.from..).zip(page.iter().map(|(key, _)| key.clone())));
        for value in found.cut_values() {
            let start = match found.start_of(value) {
                Some(start) => start,
                None => self.count(self.both(more, self.sorting.before(value))).await?,
            };
            for (place, key) in (start..).zip(self.keys_at(more, value).await?) {
                if (found.reach.from..found.reach.end).contains(&place) {
                    keys.insert(place, key);
                }
            }
        }
        let known = found.hits.iter().map(|(key, hit)| (key.id.as_str(), hit.text())).collect();
        self.rows(keys.into_values().collect(), &known).await
    }

    /// The documents with these ids and sort values; `known` contains some of their sources.
    pub(super) async fn rows(
        &self,
        keys: Vec<SortKey>,
        known: &BTreeMap<&str, &str>,
    ) -> Result<Vec<(SortKey, Option<Bytes>)>, StoreError> {
        let ids = keys.iter().map(|key| key.id.as_str());
        let missing: Vec<&str> = ids.filter(|id| !known.contains_key(id)).collect();
        let fetched =
            if missing.is_empty() { Vec::new() } else { self.call.get_many(self.index, &missing).await? };
        let fetched: BTreeMap<&str, &str> =
            fetched.iter().map(|found| (found.id.as_str(), found.source.as_str())).collect();
        let text = |id: &str| known.get(id).or_else(|| fetched.get(id)).copied();
        let document = |id: &str| text(id).map(|text| render(text, id)).transpose();
        keys.into_iter().map(|key| Ok((key.clone(), document(&key.id)?))).collect()
    }

    /// All documents of one value, sorted by id.
    pub(super) async fn keys_at(
        &self,
        more: Option<&Value>,
        value: Option<&SortValue>,
    ) -> Result<Vec<SortKey>, StoreError> {
        let query = self.both(more, self.sorting.at(value));
        let key = |hit: &Hit<'_>| SortKey { value: value.cloned(), id: hit.id.clone().into_owned() };
        let few = FEW.min(self.index.result_window);
        let body = json!({ "query": query, "size": few, "_source": false, "track_total_hits": false });
        let body = self.call.search(&self.index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        let mut keys: Vec<SortKey> = answer.hits.hits.iter().map(key).collect();
        if keys.len() as u64 >= few {
            keys.clear();
            let mut walk = Walk::open(self.call.clone(), self.index, query, WalkContent::IdOnly).await?;
            while let Some(portion) = walk.next(|hit| Ok(key(hit))).await? {
                keys.extend(portion);
            }
        }
        keys.sort_unstable_by(|left, right| self.sorting.order.compare(left, right));
        Ok(keys)
    }

    /// The number of documents that match a query.
    pub(super) async fn count(&self, query: Value) -> Result<u64, StoreError> {
        let body = json!({ "query": query, "size": 0, "track_total_hits": true });
        let body = self.call.search(&self.index.name, &body).await?;
        Ok(wire::read::<SearchAnswer<'_>>(&body)?.count())
    }

    /// Restricts the list by another query.
    fn both(&self, more: Option<&Value>, other: Value) -> Value {
        let more = match more {
            Some(more) => json!({ "bool": { "filter": [more, other] } }),
            None => other,
        };
        all(self.index, &self.query.conditions, Some(more))
    }
}

/// Hits as rows.
pub(super) fn rendered<'h, 'a: 'h>(
    hits: impl IntoIterator<Item = &'h (SortKey, Hit<'a>)>,
) -> Result<Vec<(SortKey, Option<Bytes>)>, StoreError> {
    let row = |(key, hit): &(SortKey, Hit<'_>)| Ok((key.clone(), Some(render(hit.text(), &key.id)?)));
    hits.into_iter().map(row).collect()
}

/// The hits of a search: a page, and up to one document on either side of it.
struct PageHits<'f, 'a> {
    reach: Reach,
    count: u64,
    hits: &'f [(SortKey, Hit<'a>)],
}

impl<'f, 'a> PageHits<'f, 'a> {
    fn page(&self) -> &'f [(SortKey, Hit<'a>)] {
        let start = index(self.reach.from - self.reach.first).min(self.hits.len());
        let end = (start + index(self.reach.end - self.reach.from)).min(self.hits.len());
        &self.hits[start..end]
    }

    fn is_cut_before(&self) -> bool {
        let (Some((before, _)), Some((first, _))) = (self.hits.first(), self.page().first()) else {
            return false;
        };
        self.reach.first < self.reach.from && before.value == first.value
    }

    fn is_cut_after(&self) -> bool {
        let Some((last, _)) = self.page().last() else { return false };
        match self.hits.get(index(self.reach.end - self.reach.first)) {
            Some((after, _)) => after.value == last.value,
            // Nothing follows, or it is beyond the result window and may have the same value.
            None => self.reach.last <= self.reach.end && self.count > self.reach.end,
        }
    }

    /// The values that the page boundaries split.
    fn cut_values(&self) -> Vec<Option<&'f SortValue>> {
        let page = self.page();
        let before = page.first().filter(|_| self.is_cut_before());
        let after = page.last().filter(|_| self.is_cut_after());
        let mut values: Vec<_> = before.into_iter().chain(after).map(|(key, _)| key.value.as_ref()).collect();
        values.dedup();
        values
    }

    /// The position in the list of the first document of a value, if it is on the page.
    fn start_of(&self, value: Option<&SortValue>) -> Option<u64> {
        let place = self.page().iter().position(|(key, _)| key.value.as_ref() == value)?;
        (place > 0 || !self.is_cut_before()).then_some(self.reach.from + place as u64)
    }
}

/// An offset within a page.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
