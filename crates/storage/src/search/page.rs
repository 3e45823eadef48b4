//! Pages of a list: one search where a page ends between values, and a few more where it would cut through documents
//! of one value.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use tributary_domain::{Query, SortKey, SortValue};

use super::call::Call;
use super::compile::all;
use super::indices::Index;
use super::sorting::Sorting;
use super::source::render;
use super::walk::Walk;
use super::wire::{self, Hit, SearchAnswer};
use crate::StoreError;

/// So many documents of one value are found by one search.
const FEW: u64 = 1_000;

/// A list that a search engine sorts.
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
    /// How many documents the list has.
    pub(super) count: u64,
    /// The documents with their places, in order; `None` for one that is gone by now.
    pub(super) rows: Vec<(SortKey, Option<Bytes>)>,
}

/// What is asked for, in the terms of the search.
#[derive(Debug, Clone, Copy)]
struct Reach {
    from: u64,
    end: u64,
    /// One document before the page, where there is one: is it of the same value?
    first: u64,
    /// One document after the page, as far as the server lets pages reach.
    last: u64,
}

impl List<'_> {
    /// So many documents of the list, those before `from` skipped; `more` restricts the list further.
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
        let key = |hit: &Hit<'_>| SortKey { value: self.sorting.value(hit), id: hit.id.clone().into_owned() };
        let hits: Vec<(SortKey, Hit<'_>)> =
            answer.hits.hits.into_iter().map(|hit| (key(&hit), hit)).collect();
        let found = Found { reach, count, hits: &hits };
        let mut page: Vec<&(SortKey, Hit<'_>)> = found.page().iter().collect();
        page.sort_by(|left, right| self.sorting.order.compare(&left.0, &right.0));
        let rows = if found.is_cut_before() || found.is_cut_after() {
            self.cut_page(more, &found, &page).await?
        } else {
            let row = |(key, hit): &(SortKey, Hit<'_>)| Ok((key.clone(), Some(render(hit.text(), &key.id)?)));
            page.into_iter().map(row).collect::<Result<_, StoreError>>()?
        };
        Ok(Part { count, rows })
    }

    /// A page whose first or last documents are some of several of one value: these are put into the order of their
    /// ids, all of them, and the page takes its share.
    async fn cut_page(
        &self,
        more: Option<&Value>,
        found: &Found<'_, '_>,
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

    /// Documents by their places; `known` has some of their texts.
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

    /// The places of all documents of one value, in order.
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
            let mut walk = Walk::open(self.call.clone(), self.index, query, false).await?;
            while let Some(portion) = walk.next(|hit| Ok(key(hit))).await? {
                keys.extend(portion);
            }
        }
        keys.sort_unstable_by(|left, right| self.sorting.order.compare(left, right));
        Ok(keys)
    }

    /// How many documents a query finds.
    pub(super) async fn count(&self, query: Value) -> Result<u64, StoreError> {
        let body = json!({ "query": query, "size": 0, "track_total_hits": true });
        let body = self.call.search(&self.index.name, &body).await?;
        Ok(wire::read::<SearchAnswer<'_>>(&body)?.count())
    }

    /// Finds what the list has and another query finds, too.
    fn both(&self, more: Option<&Value>, other: Value) -> Value {
        let more = match more {
            Some(more) => json!({ "bool": { "filter": [more, other] } }),
            None => other,
        };
        all(self.index, &self.query.conditions, Some(more))
    }
}

/// What a search found: a page, and up to one document on either side of it.
struct Found<'f, 'a> {
    reach: Reach,
    count: u64,
    hits: &'f [(SortKey, Hit<'a>)],
}

impl<'f, 'a> Found<'f, 'a> {
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
            // Nothing follows, or it is out of reach and may be of the same value.
            None => self.reach.last <= self.reach.end && self.count > self.reach.end,
        }
    }

    /// The values through whose documents the page cuts.
    fn cut_values(&self) -> Vec<Option<&'f SortValue>> {
        let page = self.page();
        let before = page.first().filter(|_| self.is_cut_before());
        let after = page.last().filter(|_| self.is_cut_after());
        let mut values: Vec<_> = before.into_iter().chain(after).map(|(key, _)| key.value.as_ref()).collect();
        values.dedup();
        values
    }

    /// The place in the list of the first document of a value, if it is on the page.
    fn start_of(&self, value: Option<&SortValue>) -> Option<u64> {
        let place = self.page().iter().position(|(key, _)| key.value.as_ref() == value)?;
        (place > 0 || !self.is_cut_before()).then_some(self.reach.from + place as u64)
    }
}

/// A distance inside of a page.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
