//! What clients see when the store fails.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use mockall::mock;
use tributary_domain::{ConnectorQuery, Id, SyncJobQuery};
use tributary_storage::{Collection, Operation, Page, Store, StoreError, Stored, Version, Versioned};

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

mock! {
    /// A store that fails as told: real ones do not on demand.
    #[derive(Debug)]
    FailingStore {}

    #[async_trait]
    impl Store for FailingStore {
        async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError>;
        async fn write(&self, collection: Collection, operations: Vec<Operation>)
            -> Vec<Result<Version, StoreError>>;
        async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError>;
        async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError>;
        fn scan(&self, collection: Collection) -> BoxStream<'static, Result<Vec<Stored>, StoreError>>;
        async fn check(&self) -> Result<(), StoreError>;
        async fn close(&self) -> Result<(), StoreError>;
    }
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("failure.store_away", store_away),
        scenario!("failure.store_blocked", store_blocked),
        scenario!("failure.store_broken", store_broken),
        scenario!("failure.answer_of_the_store_lost", answer_of_the_store_lost),
    ]
}

async fn store_away(session: &mut Session) {
    session.store.close().await.expect("closed");
    session.call("GET", JOBS, "").await;
    session.call("GET", &format!("{JOBS}/j?pretty"), "").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
    session.call("PUT", "/_connector/c", "{}").await;
    session.call("GET", &format!("{JOBS}?from=-1"), "").await;
}

async fn store_broken(session: &mut Session) {
    let mut store = MockFailingStore::new();
    let job = || Versioned { version: Version { sequence: 1, term: 0 }, document: r#"{"id":"j"}"#.into() };
    store.expect_list_sync_jobs().returning(|_| Err(StoreError::Backend("a secret of the inside".into())));
    store.expect_read().returning(move |_, _| Ok(vec![Some(job())]));
    store.expect_write().returning(|_, _| vec![Err(StoreError::Conflict)]);
    session.replace_store(Arc::new(store)).await;
    session.call("GET", JOBS, "").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
}

async fn store_blocked(session: &mut Session) {
    let mut store = MockFailingStore::new();
    let reason = "the disk of its server is nearly full";
    let job = || Versioned { version: Version { sequence: 1, term: 0 }, document: r#"{"id":"j"}"#.into() };
    store.expect_read().returning(move |collection, _| match collection {
        Collection::Connectors | Collection::Secrets => Ok(vec![None]),
        Collection::SyncJobs => Ok(vec![Some(job())]),
    });
    store.expect_write().returning(move |collection, _| match collection {
        Collection::SyncJobs => {
            vec![Err(StoreError::Rejected("field name cannot be an empty string".to_owned()))]
        }
        Collection::Connectors | Collection::Secrets => vec![Err(StoreError::Blocked(reason.to_owned()))],
    });
    store.expect_list_sync_jobs().returning(|_| Err(StoreError::Denied("a secret of the inside".to_owned())));
    session.replace_store(Arc::new(store)).await;
    session.call("PUT", "/_connector/c", "{}").await;
    session.call("GET", JOBS, "").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
}

/// The store says that the id of a new job is taken: by this job, with a worker that took it already,
/// or by another one.
async fn answer_of_the_store_lost(session: &mut Session) {
    for created_at in ["2026-01-02T03:00:00.000Z", "2026-01-01T00:00:00.000Z"] {
        let mut store = MockFailingStore::new();
        store.expect_write().returning(|_, _| vec![Err(StoreError::Conflict)]);
        store.expect_read().returning(move |collection, _| {
            let document = match collection {
                Collection::Secrets => "{}".to_owned(),
                Collection::Connectors => r#"{"id":"c","index_name":"i","service_type":"s3"}"#.to_owned(),
                Collection::SyncJobs => {
                    format!(r#"{{"id":"j","status":"in_progress","created_at":"{created_at}"}}"#)
                }
            };
            let version = Version { sequence: 1, term: 0 };
            Ok(vec![Some(Versioned { version, document: document.into() })])
        });
        session.replace_store(Arc::new(store)).await;
        session.call("POST", JOBS, r#"{"id":"c"}"#).await;
    }
}
