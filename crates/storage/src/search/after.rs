//! The part of a list after a document: one search, and more where many documents have the value of that document or of
//! the last one of the page.

use std::collections::BTreeMap;

use futures_util::future::try_join3;
use serde_json::json;
use tributary_domain::SortKey;

use super::compile::all;
use super::page::{List, Part, rendered};
use super::wire::{self, SearchAnswer};
use crate::StoreError;

/// How many documents are read beside those of the page: the one that the page begins after, the one that tells whether
/// the list goes on, and one more with the value of the first.
const BESIDE: u64 = 3;

/// The documents after a position.
pub(super) async fn part_after(list: &List<'_>, key: &SortKey, size: u64) -> Result<Part, StoreError> {
    list.sorting.check(key.value.as_ref())?;
    if let Some(part) = part_at_once(list, key, size).await? {
        return Ok(part);
    }
    part_by_value(list, key, size).await
}

/// One search from the value of the key on; `None` if that does not tell what is on the page.
async fn part_at_once(list: &List<'_>, key: &SortKey, size: u64) -> Result<Option<Part>, StoreError> {
    let wanted = size + BESIDE;
    let Some(start) = list.sorting.just_before(key.value.as_ref()) else { return Ok(None) };
    if wanted > list.index.result_window {
        return Ok(None);
    }
    let body = json!({
        "query": all(list.index, &list.query.conditions, None),
        "sort": list.sorting.sort(),
        "search_after": list.call.search_after(start),
        "size": wanted,
        "track_total_hits": true,
    });
    let body = list.call.search(&list.index.name, &body).await?;
    let answer: SearchAnswer<'_> = wire::read(&body)?;
    let count = answer.count();
    list.call.renew_point(answer.pit_id.clone());
    let mut hits = list.keyed(answer);
    // Servers order documents of the same value in their own way: of the last value some may be missing.
    let is_all = (hits.len() as u64) < wanted;
    let cut = hits.last().filter(|_| !is_all).map(|(last, _)| last.value.clone());
    hits.sort_by(|left, right| list.sorting.order.compare(&left.0, &right.0));
    hits.retain(|(found, _)| list.sorting.order.compare(found, key).is_gt());
    let from_here = hits.len() as u64;
    hits.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let is_known =
        is_all || from_here > size && hits.last().is_none_or(|(last, _)| Some(&last.value) != cut.as_ref());
    if !is_known {
        return Ok(None);
    }
    Ok(Some(Part { count, from_here, rows: rendered(&hits)? }))
}

/// The remaining documents of the key's value, then those of the following values.
async fn part_by_value(list: &List<'_>, key: &SortKey, size: u64) -> Result<Part, StoreError> {
    let value = key.value.as_ref();
    let after = list.sorting.after(value);
    let (count, at, part) = try_join3(
        list.count(all(list.index, &list.query.conditions, None)),
        list.keys_at(None, value),
        list.part(Some(&after), 0, size),
    )
    .await?;
    let is_after = |other: &SortKey| list.sorting.order.compare(other, key).is_gt();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut rest: Vec<SortKey> = at.into_iter().filter(is_after).collect();
    let from_here = rest.len() as u64 + part.from_here;
    rest.truncate(size);
    let mut rows = list.rows(rest, &BTreeMap::new()).await?;
    rows.extend(part.rows);
    rows.truncate(size);
    Ok(Part { count, from_here, rows })
}
