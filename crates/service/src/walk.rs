//! Walks over all documents of a query, however many, in pages after a key.

use tributary_domain::{PointInTime, Query, SortKey};
use tributary_storage::{Deadline, Page, Store};

use crate::Result;

/// How many documents the first page has at most: how long they are is not known yet.
const FIRST: u32 = 50;
/// How many bytes a page has, about, if its documents are as long as those of the page before.
const BYTES: usize = 1 << 20;

/// A walk over all documents that match a query, in its order.
///
/// A document that is there and matches throughout is visited exactly once, whatever else is changed, and however it moves
/// in the order meanwhile; if it moves, it may be visited in an earlier state. Nothing is read before it is asked for, and only one page is in memory.
#[derive(Debug)]
pub struct Walk {
    query: Query,
    /// The last document of the page before.
    after: Option<SortKey>,
    /// The moment whose order the walk has.
    point_in_time: Option<PointInTime>,
    is_over: bool,
    size: u32,
    maximum: u32,
}

impl Walk {
    /// A walk in pages of so many documents at most, and fewer if these are long. The window of the query is ignored.
    #[must_use]
    pub fn new(query: Query, maximum: u32) -> Self {
        let maximum = maximum.max(1);
        Self { query, after: None, point_in_time: None, is_over: false, size: FIRST.min(maximum), maximum }
    }

    /// The next page, or `None` after the last one; no page is empty. Each has the deadline of a request that begins
    /// now, so that a walk may take longer than any request. After an error, the same page can be asked for again.
    pub async fn next(&mut self, store: &dyn Store) -> Result<Option<Page>> {
        while !self.is_over {
            let query = self.query.clone().after(self.after.clone(), self.size);
            let query = query.keeping_order(self.point_in_time.clone());
            let page = store.list(&query, Deadline::of_work_from_now()).await?;
            self.after.clone_from(&page.next);
            self.point_in_time.clone_from(&page.point_in_time);
            self.is_over = page.next.is_none();
            // A store may leave out documents that are deleted while it reads a page.
            if !page.documents.is_empty() {
                self.size = self.size_after(&page);
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// How many documents of the length of those of a page make about the bytes of one.
    fn size_after(&self, page: &Page) -> u32 {
        let bytes: usize = page.documents.iter().map(<[u8]>::len).sum();
        let fitting = BYTES.saturating_mul(page.documents.len()) / bytes.max(1);
        u32::try_from(fitting).unwrap_or(u32::MAX).clamp(1, self.maximum)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tributary_domain::{Collection, Id, Order, SortOrder, sync_job_fields};
    use tributary_storage::{MockStore, StoreError, StoreExt as _};

    use super::*;
    use crate::test_support::{body, id, store};

    /// Jobs of which every tenth is pending, and every second was created at the same time.
    async fn add_jobs(store: &dyn Store, numbers: std::ops::Range<u32>) {
        let job = |number: u32| {
            let status = if number.is_multiple_of(10) { "pending" } else { "completed" };
            let created = if number.is_multiple_of(2) { 7 } else { number };
            (id(&format!("{number:05}")), body(&format!(r#"{{"status":"{status}","created_at":{created}}}"#)))
        };
        let created = store.create_many(Collection::SYNC_JOBS, numbers.map(job).collect()).await;
        assert!(created.iter().all(Result::is_ok));
    }

    fn ids(page: &Page) -> Vec<Id> {
        let id_of = |text: &[u8]| {
            let job: Value = serde_json::from_slice(text).unwrap();
            id(job["id"].as_str().unwrap())
        };
        page.documents.iter().map(id_of).collect()
    }

    #[tokio::test]
    async fn every_match_is_visited_once_although_the_visited_ones_are_deleted() {
        for (direction, maximum) in
            [(SortOrder::Ascending, 1), (SortOrder::Descending, 7), (SortOrder::Ascending, 500)]
        {
            let store = store(&[]).await;
            add_jobs(&*store, 0..1_200).await;
            let order = Order::by(Some(sync_job_fields::CREATED_AT)).directed(direction);
            let query =
                Query::of(Collection::SYNC_JOBS).any_of(sync_job_fields::STATUS, ["pending"]).ordered(order);
            let mut walk = Walk::new(query, maximum);
            let mut visited = Vec::new();
            while let Some(page) = walk.next(&*store).await.unwrap() {
                let ids = ids(&page);
                assert!(!ids.is_empty() && ids.len() <= maximum as usize);
                assert!(store.remove_all(Collection::SYNC_JOBS, &ids).await.is_ok());
                visited.extend(ids);
            }
            assert!(walk.next(&*store).await.unwrap().is_none(), "it is over");
            visited.sort_unstable();
            let expected: Vec<Id> =
                (0..1_200).step_by(10).map(|number| id(&format!("{number:05}"))).collect();
            assert_eq!(visited, expected, "{direction:?} {maximum}");
        }
    }

    #[tokio::test]
    async fn pages_of_long_documents_have_few_of_them() {
        let store = store(&[]).await;
        let long = "x".repeat(BYTES / 4);
        let job = |number: u32| (id(&number.to_string()), body(&format!(r#"{{"error":"{long}"}}"#)));
        assert!(
            store
                .create_many(Collection::SYNC_JOBS, (0..60).map(job).collect())
                .await
                .iter()
                .all(Result::is_ok)
        );
        let mut walk = Walk::new(Query::of(Collection::SYNC_JOBS), 1_000);
        let mut sizes = Vec::new();
        while let Some(page) = walk.next(&*store).await.unwrap() {
            sizes.push(page.documents.len());
        }
        assert_eq!(sizes, [50, 3, 3, 3, 1]);
    }

    #[tokio::test]
    async fn a_page_that_failed_can_be_asked_for_again() {
        let mut store = MockStore::new();
        let mut asked = 0;
        store.expect_list().returning(move |query, deadline| {
            assert!(deadline.start().is_some());
            asked += 1;
            match asked {
                2 => Err(StoreError::unavailable("away")),
                _ => Ok(Page {
                    count: 3,
                    documents: [format!("{{\"id\":\"{asked}\"}}")].iter().collect(),
                    next: (asked < 4).then(|| query.key(&asked.to_string(), &body("{}"))),
                    point_in_time: None,
                }),
            }
        });
        let mut walk = Walk::new(Query::of(Collection::SYNC_JOBS), 1);
        assert_eq!(ids(&walk.next(&store).await.unwrap().unwrap()), [id("1")]);
        assert!(walk.next(&store).await.is_err());
        assert_eq!(ids(&walk.next(&store).await.unwrap().unwrap()), [id("3")]);
        assert_eq!(ids(&walk.next(&store).await.unwrap().unwrap()), [id("4")]);
        assert!(walk.next(&store).await.unwrap().is_none());
    }
}
