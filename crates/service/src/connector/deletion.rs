//! The deletion of a connector, with or without its sync jobs.

use tributary_domain::{Connector, Deletion, Document, Id, InclusionOfDeleted, Query, sync_job_fields};
use tributary_storage::{Collection, Deadline, Store, StoreError, StoreExt, Within};

use crate::{Context, Result};

/// How many sync jobs are removed together.
const REMOVED_TOGETHER: u32 = 500;

/// Deletes a connector, softly or permanently, with or without its sync jobs: `connector.delete`.
///
/// A softly deleted connector can still be deleted permanently, but not softly again. The sync jobs are deleted first,
/// so that repeating the call completes an interrupted deletion.
pub async fn delete(store: &dyn Store, context: &Context, id: &Id, deletion: Deletion) -> Result<()> {
    let visible = |connector: Connector| connector.visible(id.as_str(), InclusionOfDeleted(deletion.hard));
    let (connector, _): (Connector, _) = context.bound(store).load(Collection::CONNECTORS, id).await?;
    visible(connector)?;
    if deletion.delete_sync_jobs {
        // Each round has the deadline of a request, so that any number of jobs can be deleted.
        while delete_some_sync_jobs(&with_time_anew(store), id).await? {}
    }
    let store = with_time_anew(store);
    if deletion.hard {
        return Ok(store.remove(Collection::CONNECTORS, id).await?);
    }
    let decide = |connector: Connector| Ok(visible(connector)?.delete_softly());
    store.change(Collection::CONNECTORS, id, decide).await?;
    Ok(())
}

/// A store with the deadline of a request that begins now.
fn with_time_anew(store: &dyn Store) -> Within<'_> {
    Within::new(store, Deadline::of_work_from_now())
}

/// Deletes the first sync jobs of a connector, and returns whether there were any.
async fn delete_some_sync_jobs(store: &dyn Store, connector: &Id) -> Result<bool> {
    let query = Query::of(Collection::SYNC_JOBS)
        .page(0, REMOVED_TOGETHER)
        .any_of(sync_job_fields::CONNECTOR_ID, [connector.as_str()]);
    let page = store.list(&query, Deadline::NONE).await?;
    let ids: Vec<Id> = page.documents.iter().map(id_of).collect::<Result<_, _>>()?;
    store.remove_all(Collection::SYNC_JOBS, &ids).await?;
    Ok(!ids.is_empty())
}

/// The id of a rendered document.
fn id_of(rendered: &[u8]) -> Result<Id> {
    let document: Document =
        serde_json::from_slice(rendered).map_err(|error| StoreError::Backend(error.into()))?;
    let id = document.id().ok_or_else(|| StoreError::Backend("a stored document has no id".into()))?;
    Ok(Id::parse("id", id)?)
}

#[cfg(test)]
mod tests {
    use tributary_domain::Refusal;

    use super::*;
    use crate::ServiceError;
    use crate::test_support::{body, context, id, store, stored};

    const WITH_JOBS: Deletion = Deletion { delete_sync_jobs: true, hard: false };
    const FOR_GOOD: Deletion = Deletion { delete_sync_jobs: true, hard: true };

    async fn add_jobs(store: &dyn Store, connector: &str, count: u32) {
        let job = format!(r#"{{"connector":{{"id":"{connector}"}}}}"#);
        let jobs = (0..count).map(|number| (id(&format!("{connector}-{number}")), body(&job))).collect();
        assert!(store.create_many(Collection::SYNC_JOBS, jobs).await.iter().all(Result::is_ok));
    }

    async fn count_jobs(store: &dyn Store) -> u64 {
        store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.unwrap().count
    }

    fn is_missing<T>(result: &Result<T>) -> bool {
        matches!(result, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))))
    }

    #[tokio::test]
    async fn all_jobs_of_the_connector_go_and_no_others() {
        let documents = [(Collection::CONNECTORS, "c", "{}"), (Collection::CONNECTORS, "d", "{}")];
        let store = store(&documents).await;
        add_jobs(&*store, "c", REMOVED_TOGETHER + 1).await;
        add_jobs(&*store, "d", 1).await;
        delete(&*store, &context(), &id("c"), WITH_JOBS).await.unwrap();
        assert_eq!(count_jobs(&*store).await, 1);
        let deleted = stored(&*store, Collection::CONNECTORS, "c").await.unwrap();
        assert_eq!(deleted["deleted"], true);
        let without_jobs = Deletion { delete_sync_jobs: false, hard: true };
        delete(&*store, &context(), &id("d"), without_jobs).await.unwrap();
        assert_eq!(count_jobs(&*store).await, 1);
    }

    #[tokio::test]
    async fn a_softly_deleted_connector_is_removed_for_good_alone() {
        let store = store(&[(Collection::CONNECTORS, "c", r#"{"deleted":true}"#)]).await;
        add_jobs(&*store, "c", 1).await;
        assert!(is_missing(&delete(&*store, &context(), &id("c"), WITH_JOBS).await));
        assert_eq!(count_jobs(&*store).await, 1, "of what is not there nothing is deleted");
        delete(&*store, &context(), &id("c"), FOR_GOOD).await.unwrap();
        assert_eq!(count_jobs(&*store).await, 0);
        assert_eq!(stored(&*store, Collection::CONNECTORS, "c").await, None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn concurrent_deletions_do_not_disturb_each_other() {
        for _ in 0..10 {
            let store = store(&[(Collection::CONNECTORS, "c", "{}")]).await;
            add_jobs(&*store, "c", 50).await;
            let requests = [0; 4].map(|_| {
                let store = store.clone();
                tokio::spawn(async move { delete(&*store, &context(), &id("c"), FOR_GOOD).await })
            });
            let mut deleted = 0;
            for request in requests {
                let result = request.await.unwrap();
                assert!(result.is_ok() || is_missing(&result), "{result:?}");
                deleted += usize::from(result.is_ok());
            }
            assert_eq!((deleted, count_jobs(&*store).await), (1, 0));
        }
    }
}
