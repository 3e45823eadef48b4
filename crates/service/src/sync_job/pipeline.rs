//! The ingest pipelines that syncs write through: without theirs, engines reject every document.

use async_trait::async_trait;
use tributary_domain::{Collection, Document, Id, SyncJob};
use tributary_storage::{Deadline, Store, StoreExt};

use crate::document::Update;
use crate::{Context, Result};

/// The ingest pipelines where the documents of syncs go to.
#[async_trait]
pub trait PipelineDirectory: Send + Sync {
    /// Whether there is a pipeline of this name; `None` if that cannot be found out at the moment.
    async fn has_pipeline(&self, name: &str, deadline: Deadline) -> Option<bool>;
}

/// The pipeline of a sync job, if there is none of this name.
pub async fn missing_pipeline(
    store: &dyn Store,
    context: &Context,
    pipelines: &dyn PipelineDirectory,
    id: &Id,
) -> Result<Option<String>> {
    let (job, _): (SyncJob, _) = context.bound(store).load(Collection::SYNC_JOBS, id).await?;
    Ok(missing_of(&job, context, pipelines).await)
}

/// An update of a sync job as it has to be made: if it completes a sync that has written nothing because its pipeline is
/// missing, it ends in an error that says so.
pub async fn with_lost_documents(
    store: &dyn Store,
    context: &Context,
    pipelines: &dyn PipelineDirectory,
    id: &Id,
    update: Update,
) -> Result<Update> {
    if !SyncJob::from(update.partial.clone()).is_completed() {
        return Ok(update);
    }
    let (job, _): (SyncJob, _) = match context.bound(store).load(Collection::SYNC_JOBS, id).await {
        Ok(found) => found,
        // The update answers that there is no such job.
        Err(_) => return Ok(update),
    };
    let mut ended = Document::from(job.clone());
    ended.merge(&update.partial);
    if job.has_ended() || !SyncJob::from(ended).has_written_nothing() {
        return Ok(update);
    }
    match missing_of(&job, context, pipelines).await {
        None => Ok(update),
        Some(name) => {
            tracing::warn!(job = %id, pipeline = name, "a sync has lost all documents: its ingest pipeline is missing");
            let reason = format!(
                "no document was indexed: the ingest pipeline [{name}] of the connector does not exist in the search engine"
            );
            Ok(Update { partial: SyncJob::from(update.partial).as_failure(&reason), ..update })
        }
    }
}

async fn missing_of(job: &SyncJob, context: &Context, pipelines: &dyn PipelineDirectory) -> Option<String> {
    let name = job.pipeline_name()?;
    let is_there = pipelines.has_pipeline(&name, context.deadline()).await?;
    (!is_there).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{context, id, store};

    struct Pipelines(Option<bool>);

    #[async_trait]
    impl PipelineDirectory for Pipelines {
        async fn has_pipeline(&self, name: &str, _: Deadline) -> Option<bool> {
            if name == "_none" { Some(true) } else { self.0 }
        }
    }

    async fn completed(job: &str, partial: &str, pipelines: Option<bool>) -> String {
        let store = store(&[(Collection::SYNC_JOBS, "j", job)]).await;
        let partial = Document::parse(partial).unwrap();
        let update = Update { partial, upsert: None, detects_noop: true };
        let update = with_lost_documents(&*store, &context(), &Pipelines(pipelines), &id("j"), update).await;
        update.unwrap().partial.to_json()
    }

    #[tokio::test]
    async fn a_sync_without_its_pipeline_that_wrote_nothing_has_failed() {
        let job = r#"{"status":"in_progress","job_type":"full","connector":{"pipeline":{"name":"p"}}}"#;
        let done = r#"{"status":"completed","indexed_document_count":0,"total_document_count":0}"#;
        let failed = completed(job, done, Some(false)).await;
        assert!(failed.contains(r#""status":"error""#) && failed.contains("[p]"), "{failed}");
        let default = completed(r#"{"status":"in_progress"}"#, done, Some(false)).await;
        assert!(default.contains("[search-default-ingestion]"), "{default}");
        for (job, done, pipelines) in [
            (job, done, Some(true)),
            (job, done, None),
            (job, r#"{"status":"completed","indexed_document_count":1}"#, Some(false)),
            (job, r#"{"status":"completed","total_document_count":5}"#, Some(false)),
            (job, r#"{"indexed_document_count":0}"#, Some(false)),
            (r#"{"status":"in_progress","job_type":"access_control"}"#, done, Some(false)),
            (r#"{"status":"in_progress","connector":{"pipeline":{"name":"_none"}}}"#, done, Some(false)),
            (r#"{"status":"completed"}"#, done, Some(false)),
        ] {
            assert_eq!(completed(job, done, pipelines).await, done, "{job}");
        }
    }

    #[tokio::test]
    async fn a_missing_pipeline_is_named() {
        let store =
            store(&[(Collection::SYNC_JOBS, "j", r#"{"connector":{"pipeline":{"name":"p"}}}"#)]).await;
        let missing = async |is_there| {
            missing_pipeline(&*store, &context(), &Pipelines(is_there), &id("j")).await.unwrap()
        };
        assert_eq!(missing(Some(false)).await.as_deref(), Some("p"));
        assert_eq!([missing(Some(true)).await, missing(None).await], [None, None]);
    }
}
