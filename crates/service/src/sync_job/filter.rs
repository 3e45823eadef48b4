//! Which sync jobs a list, a count or a bulk change is about.

use tributary_domain::{Condition, Connector, Query, SortKey, sync_job_fields};
use tributary_storage::{Collection, Store};

use super::listed::id_of;
use crate::{Context, Result};

/// How many connectors are read first, and then at a time: a store may read all of them for each page.
const FIRST: u32 = 1_000;
const PORTION: u32 = 10_000;

/// A selection of sync jobs: all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncJobFilter {
    /// Conditions on the job itself.
    pub conditions: Vec<Condition>,
    /// Whether the connector of the job must be gone: deleted, also softly. A job without a connector's id is not
    /// orphaned.
    pub orphaned: Option<bool>,
}

impl SyncJobFilter {
    /// Whether it selects all jobs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.orphaned.is_none()
    }

    /// The query for the selected jobs. Which connectors exist is read from the store now.
    pub async fn query(&self, store: &dyn Store, context: &Context) -> Result<Query> {
        let mut query = Query::of(Collection::SYNC_JOBS);
        query.conditions.clone_from(&self.conditions);
        let Some(orphaned) = self.orphaned else { return Ok(query) };
        let words = live_connectors(store, context).await?;
        let has_connector = Condition::AnyOf { field: sync_job_fields::CONNECTOR_ID, words };
        Ok(if orphaned {
            query
                .with(Condition::Exists { field: sync_job_fields::CONNECTOR_ID })
                .with(has_connector.negated())
        } else {
            query.with(has_connector)
        })
    }
}

/// The ids of all connectors that are not deleted.
async fn live_connectors(store: &dyn Store, context: &Context) -> Result<Vec<String>> {
    let live = Query::of(Collection::CONNECTORS).with(Connector::is_live());
    let mut ids = Vec::new();
    let mut after: Option<SortKey> = None;
    loop {
        let size = if after.is_none() { FIRST } else { PORTION };
        let page = store.list(&live.clone().after(after, size), context.deadline()).await?;
        for text in page.documents.iter() {
            ids.push(id_of(text)?.to_string());
        }
        after = page.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{context, store};

    #[tokio::test]
    async fn jobs_are_orphaned_once_their_connector_is_gone() {
        let store = store(&[
            (Collection::CONNECTORS, "here", "{}"),
            (Collection::CONNECTORS, "deleted", r#"{"deleted":true}"#),
            (Collection::SYNC_JOBS, "a", r#"{"connector":{"id":"here"}}"#),
            (Collection::SYNC_JOBS, "b", r#"{"connector":{"id":"deleted"}}"#),
            (Collection::SYNC_JOBS, "c", r#"{"connector":{"id":"nobody"}}"#),
            (Collection::SYNC_JOBS, "d", "{}"),
        ])
        .await;
        for (orphaned, expected) in [(None, "abcd"), (Some(true), "bc"), (Some(false), "a")] {
            let filter = SyncJobFilter { orphaned, ..SyncJobFilter::default() };
            let query = filter.query(&*store, &context()).await.unwrap();
            let page = store.list(&query, context().deadline()).await.unwrap();
            let ids = page.documents.iter().map(|text| id_of(text).unwrap().to_string());
            assert_eq!(ids.collect::<String>(), expected, "{orphaned:?}");
        }
    }
}
