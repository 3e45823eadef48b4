//! Lists and counts of documents that match a query.

use tributary_domain::{Query, Window};

use super::after::part_after;
use super::call::Call;
use super::computed_order::computed_page;
use super::page::List;
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
