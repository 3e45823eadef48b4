//! Lists and counts of documents that match a query.

use std::collections::BTreeMap;

use futures_util::future::try_join3;
use tributary_domain::{Query, SortKey, Window};

use super::call::Call;
use super::compile::all;
use super::computed_order::computed_page;
use super::page::{List, Part};
use super::small;
use super::sorting::Sorting;
use crate::{Page, StoreError};

/// The page of documents that a query selects, in the order of the contract.
pub(super) async fn list(call: &Call, query: &Query) -> Result<Page, StoreError> {
    let index = call.prepared.index(query.collection)?;
    if query.collection.is_small {
        return small::list(call, index, query).await;
    }
    call.ready(index, query, query.order.field.as_slice()).await?;
    let sorting = Sorting::new(index, query.order);
    let list = List { call, index, query, sorting };
    let size = u64::from(query.window.size());
    let computed = list.sorting.field.filter(|field| field.difference_of.is_some());
    let part = match (&query.window, computed) {
        (_, Some(field)) => computed_page(&list, field).await?,
        (Window::Offset { from, .. }, _) => list.part(None, u64::from(*from), size).await?,
        (Window::After { key: None, .. }, _) => list.part(None, 0, size).await?,
        (Window::After { key: Some(key), .. }, _) => part_after(&list, key, size).await?,
    };
    let final_row =
        part.rows.last().filter(|_| query.window.continues_after(part.rows.len(), part.from_here));
    let next = final_row.map(|(key, _)| key.clone());
    // Documents that were deleted meanwhile are left out.
    let documents = part.rows.into_iter().filter_map(|(_, document)| document).collect();
    Ok(Page { count: part.count, documents, next })
}

/// The documents after a position: the remaining ones of its value, then those of the following values.
async fn part_after(list: &List<'_>, key: &SortKey, size: u64) -> Result<Part, StoreError> {
    let value = key.value.as_ref();
    list.sorting.check(value)?;
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
