//! Lists and counts of documents that match a query.

use tributary_domain::{Moment, PointInTime, Query, Window};

use super::after::part_after;
use super::call::Call;
use super::computed_order::computed_page;
use super::open_point::OpenPoint;
use super::page::List;
use super::point_in_time::{close, open};
use super::problem::LostResource;
use super::small;
use super::sorting::Sorting;
use crate::{Page, StoreError};

/// What the points in time of this store begin with.
const PREFIX: &str = "pit:";

/// The page of documents that a query selects, in the order of the contract.
pub(super) async fn list(call: &Call, query: &Query) -> Result<Page, StoreError> {
    let point = match &query.moment {
        Moment::Present => return page(call, query).await,
        Moment::Kept => open(call, call.prepared.index(query.collection)?).await?,
        Moment::Of(point) => OpenPoint::of(id(point).ok_or(StoreError::PointInTimeGone)?.to_owned()),
    };
    let before = point.id();
    let call = call.at(point);
    let mut page = page(&call, query).await.map_err(|error| match (&query.moment, error) {
        // The same search was answered for the first page: it must be the point in time.
        (Moment::Of(_), StoreError::Rejected(_) | StoreError::Backend(_)) => StoreError::PointInTimeGone,
        (Moment::Of(_), error) if LostResource::of(&error) == Some(LostResource::PointInTime) => {
            StoreError::PointInTimeGone
        }
        (_, error) => error,
    })?;
    let now = call.point.as_ref().map_or_else(|| before.clone(), |point| point.id());
    call.client.left_open.remove(&before);
    // Nobody has the id after a list of one page; after the last of several, that page may be asked for again.
    let is_unknown = page.next.is_none() && query.moment == Moment::Kept;
    let closed = if is_unknown { Some(now.clone()) } else { call.client.left_open.add(&now) };
    page.point_in_time = page.next.is_some().then(|| PointInTime::new(format!("{PREFIX}{now}")));
    if let Some(id) = closed {
        close(&call, &id).await;
    }
    Ok(page)
}

/// The server's id in a point in time of this kind of store.
fn id(point: &PointInTime) -> Option<&str> {
    point.as_str().strip_prefix(PREFIX)
}

async fn page(call: &Call, query: &Query) -> Result<Page, StoreError> {
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
    Ok(Page { count: part.count, documents, next, point_in_time: None })
}
