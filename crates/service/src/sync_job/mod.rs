//! Sync jobs: created for a connector, claimed by a worker, and ended.
//!
//! A job that does not exist is refused with [`Refusal::SyncJobNotFound`]. If a job is changed
//! concurrently, the change is retried on the latest state; after many conflicts it fails with
//! [`StoreError::Conflict`].

mod bulk;
mod change;
mod count;
mod create;
mod creation_records;
mod draft;
mod filter;
mod hub;
mod key_claim;
mod listed;
mod pipeline;
mod unless_pending;
mod wait;
mod watch;

use tributary_domain::{Id, Query, Refusal};
use tributary_storage::{Collection, Page, Store, StoreError, StoreExt, Versioned};

use crate::{Context, Result};

pub use bulk::{BulkChange, BulkFailure, BulkReport, BulkTerms, change_by_query};
pub use change::{SyncJobChange, change};
pub use count::{LargestGroups, count, histogram};
pub use create::{CreationTerms, create};
pub use draft::{CreatedJob, Creation};
pub use filter::SyncJobFilter;
pub use hub::{ChangedJob, ChangedJobs, JobState, PresentJob, SyncJobHub};
pub use pipeline::{PipelineDirectory, missing_pipeline, with_lost_documents};
pub use wait::{AwaitedJob, wait};
pub use watch::{SyncJobWatch, WatchNews};

/// A page of the sync jobs that match, in the order of their creation, and how many match in all:
/// `connector.sync_job_list`.
pub async fn list(store: &dyn Store, context: &Context, query: &Query) -> Result<Page> {
    Ok(store.list(query, context.deadline()).await?)
}

/// One sync job with every stored field, as JSON text: `connector.sync_job_get`.
pub async fn get(store: &dyn Store, context: &Context, id: &Id) -> Result<Versioned> {
    match context.bound(store).get(Collection::SYNC_JOBS, id).await {
        Err(StoreError::NotFound) => Err(Refusal::SyncJobNotFound(id.to_string()).into()),
        result => Ok(result?),
    }
}

/// Deletes a sync job, whatever its status: `connector.sync_job_delete`.
pub async fn delete(store: &dyn Store, context: &Context, id: &Id) -> Result<()> {
    Ok(context.bound(store).remove(Collection::SYNC_JOBS, id).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{NOW, body, context, context_with, id, store, stored};
    use crate::{IdGenerator, ServiceError};

    const CONNECTOR: &str = r#"{"index_name":"i","service_type":"s3"}"#;

    /// Generates the same id every time.
    struct OneId;

    impl IdGenerator for OneId {
        fn next_id(&self) -> String {
            "j".to_owned()
        }
    }

    #[tokio::test]
    async fn a_create_whose_answer_was_lost_is_a_success() {
        let new = Creation::New(body(r#"{"id":"c"}"#));
        let terms = CreationTerms::default();
        // What is there by the time of the answer: this job, which a worker took, or one of another request.
        let taken = format!(r#"{{"status":"in_progress","created_at":"{NOW}"}}"#);
        let other = r#"{"status":"pending","created_at":"2026-01-01T00:00:00.000Z"}"#;
        for (present, is_success) in [(&*taken, true), (other, false)] {
            let documents = [(Collection::CONNECTORS, "c", CONNECTOR), (Collection::SYNC_JOBS, "j", present)];
            let store = store(&documents).await;
            match create(&*store, &context_with(OneId), &new, &terms).await {
                Ok(created) => assert!(is_success && created.id == id("j"), "{present}"),
                Err(error) => {
                    assert!(matches!(error, ServiceError::Store(StoreError::Conflict)), "{error:?}");
                    assert!(!is_success, "{present}");
                }
            }
            let job = stored(&*store, Collection::SYNC_JOBS, "j").await.unwrap();
            assert!(job.get("connector").is_none(), "what is there stays as it is: {job}");
        }
    }

    #[tokio::test]
    async fn a_softly_deleted_connector_has_no_new_jobs() {
        let deleted = r#"{"deleted":true,"index_name":"i","service_type":"s3"}"#;
        let documents = [(Collection::CONNECTORS, "c", deleted), (Collection::CONNECTORS, "d", CONNECTOR)];
        let store = store(&documents).await;
        for connector in ["c", "nobody"] {
            let new = Creation::New(body(&format!(r#"{{"id":"{connector}"}}"#)));
            let refused = create(&*store, &context(), &new, &CreationTerms::default()).await;
            let refusal = matches!(refused, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))));
            assert!(refusal, "{refused:?}");
        }
        let created =
            create(&*store, &context(), &Creation::New(body(r#"{"id":"d"}"#)), &CreationTerms::default())
                .await
                .unwrap();
        let jobs = list(&*store, &context(), &Query::of(Collection::SYNC_JOBS)).await.unwrap();
        let job = get(&*store, &context(), &created.id).await.unwrap();
        assert_eq!((jobs.count, &jobs.documents[0]), (1, &*job.document));
    }

    #[tokio::test]
    async fn a_job_that_is_gone_is_refused_by_name() {
        let store = store(&[(Collection::SYNC_JOBS, "j", "{}")]).await;
        delete(&*store, &context(), &id("j")).await.unwrap();
        for refused in
            [delete(&*store, &context(), &id("j")).await, get(&*store, &context(), &id("j")).await.map(drop)]
        {
            match refused {
                Err(ServiceError::Refused(Refusal::SyncJobNotFound(name))) => assert_eq!(name, "j"),
                other => panic!("{other:?}"),
            }
        }
    }
}
