//! Sync jobs: created for a connector, claimed by a worker, and ended.
//!
//! A job that does not exist is refused with [`Refusal::SyncJobNotFound`]. If a job is changed
//! concurrently, the change is retried on the latest state; after many conflicts it fails with
//! [`StoreError::Conflict`].

mod change;
mod filter;

use tributary_domain::{Connector, Id, InclusionOfDeleted, NewSyncJob, Query, Refusal, SyncJob};
use tributary_storage::{Collection, Page, Store, StoreError, StoreExt, Versioned};

use crate::{Context, Result};

pub use change::{SyncJobChange, change};
pub use filter::SyncJobFilter;

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

/// Creates a sync job with a copy of its connector as it is now, and answers the new id:
/// `connector.sync_job_post`.
///
/// Refused with [`Refusal::ConnectorNotFound`] if the connector does not exist or is softly deleted, and with
/// [`Refusal::ConnectorIncomplete`] if it has no index or no service type. It also succeeds if the
/// store repeated the request after a lost response and a worker claimed the job in the meantime.
pub async fn create(store: &dyn Store, context: &Context, new: &NewSyncJob) -> Result<Id> {
    let connector_id = new.connector_id()?;
    let store = &context.bound(store);
    let (connector, _): (Connector, _) = store.load(Collection::CONNECTORS, &connector_id).await?;
    let connector = connector.visible(connector_id.as_str(), InclusionOfDeleted(false))?;
    let job = new.decide(&connector, context.now())?;
    let id = context.next_id()?;
    let created_at = created_at(&job);
    match store.create(Collection::SYNC_JOBS, &id, job.into()).await {
        // The id is unique: the job was stored, the response was lost, and a worker has changed it since.
        Err(StoreError::Conflict) if is_there(store, &id, created_at.as_deref()).await? => {}
        result => drop(result?),
    }
    Ok(id)
}

/// Whether a job is there that was created at this time.
async fn is_there(store: &dyn Store, id: &Id, time: Option<&str>) -> Result<bool> {
    let (job, _): (SyncJob, _) = store.load(Collection::SYNC_JOBS, id).await?;
    Ok(created_at(&job).as_deref() == time)
}

fn created_at(job: &SyncJob) -> Option<String> {
    job.document().get_raw("created_at").map(|time| time.get().to_owned())
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
        let new = body(r#"{"id":"c"}"#);
        // What is there by the time of the answer: this job, which a worker took, or one of another request.
        let taken = format!(r#"{{"status":"in_progress","created_at":"{NOW}"}}"#);
        let other = r#"{"status":"pending","created_at":"2026-01-01T00:00:00.000Z"}"#;
        for (present, is_success) in [(&*taken, true), (other, false)] {
            let documents = [(Collection::CONNECTORS, "c", CONNECTOR), (Collection::SYNC_JOBS, "j", present)];
            let store = store(&documents).await;
            match create(&*store, &context_with(OneId), &new).await {
                Ok(created) => assert!(is_success && created == id("j"), "{present}"),
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
            let refused = create(&*store, &context(), &body(&format!(r#"{{"id":"{connector}"}}"#))).await;
            let refusal = matches!(refused, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))));
            assert!(refusal, "{refused:?}");
        }
        let created = create(&*store, &context(), &body(r#"{"id":"d"}"#)).await.unwrap();
        let jobs = list(&*store, &context(), &Query::of(Collection::SYNC_JOBS)).await.unwrap();
        let job = get(&*store, &context(), &created).await.unwrap();
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
