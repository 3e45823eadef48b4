//! Concurrent requests that create a sync job, in two processes, over every backend.
#![allow(missing_docs, reason = "a test")]

mod place;

use std::sync::Arc;

use futures_util::future::join_all;
use tributary_domain::{Id, IdempotencyKey, IfPending, Query, Refusal};
use tributary_service::sync_job::{CreatedJob, Creation, CreationTerms, SyncJobChange, change, create};
use tributary_service::{Context, Principal, Result, ServiceError, SortableIds, SystemClock};
use tributary_storage::{Collection, Deadline, Store, StoreExt as _};

use place::{SharedPlace, place};

fn context() -> Context {
    Context::new(Principal::anonymous(), Arc::new(SystemClock), Arc::new(SortableIds))
}

/// The answers to twelve requests at the same time, half of them in each process.
async fn requests(place: &SharedPlace, terms: &CreationTerms) -> Vec<Result<CreatedJob>> {
    let request = |number: usize| {
        let (store, terms) = (Arc::clone(&place.stores[number % 2]), terms.clone());
        let new = serde_json::from_str(r#"{"id":"c"}"#).unwrap();
        tokio::spawn(async move { create(&*store, &context(), &Creation::New(new), &terms).await })
    };
    let requests: Vec<_> = (0..12).map(request).collect();
    join_all(requests).await.into_iter().map(|answer| answer.unwrap()).collect()
}

async fn jobs(store: &dyn Store) -> u64 {
    store.count(&Query::of(Collection::SYNC_JOBS), &[], Deadline::NONE).await.unwrap().total
}

async fn of_concurrent_requests_one_creates_a_job(backend: &str) {
    let Some(place) = place(backend).await else { return };
    let store = &*place.stores[0];
    let connector = serde_json::from_str(r#"{"index_name":"i","service_type":"s3"}"#).unwrap();
    store.create(Collection::CONNECTORS, &Id::parse("id", "c").unwrap(), connector).await.unwrap();
    for round in 0..5 {
        let key = IdempotencyKey::parse(&format!("key-{round}")).unwrap();
        let keyed = CreationTerms { if_pending: IfPending::Create, idempotency_key: Some(key) };
        let id = one_with_a_key(&place, &keyed).await;
        cancel(store, &id).await;
        assert_eq!(jobs(store).await, 3 * round + 1);

        let unless_pending = |if_pending| CreationTerms { if_pending, idempotency_key: None };
        let answers = requests(&place, &unless_pending(IfPending::Return)).await;
        let answers: Vec<CreatedJob> = answers.into_iter().map(Result::unwrap).collect();
        assert!(answers.iter().all(|job| job.id == answers[0].id), "{answers:?}");
        assert_eq!(answers.iter().filter(|job| job.was_created).count(), 1, "{answers:?}");
        assert_eq!(jobs(store).await, 3 * round + 2);
        cancel(store, &answers[0].id).await;

        let answers = requests(&place, &unless_pending(IfPending::Reject)).await;
        let (created, rejected): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        let [Ok(created)] = &created[..] else { panic!("{created:?}") };
        for refusal in rejected {
            match refusal {
                Err(ServiceError::Refused(Refusal::PendingJobExists { job_id, .. })) => {
                    assert_eq!(job_id, created.id.as_str());
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(jobs(store).await, 3 * round + 3);
        cancel(store, &created.id).await;
    }
}

/// Requests with the same key, until all have the same answer.
async fn one_with_a_key(place: &SharedPlace, terms: &CreationTerms) -> Id {
    let mut ids = Vec::new();
    for answer in requests(place, terms).await {
        match answer {
            Ok(job) => ids.push((job.id, job.was_created)),
            Err(ServiceError::Refused(Refusal::IdempotencyKeyInUse)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    for answer in requests(place, terms).await {
        let job = answer.unwrap();
        ids.push((job.id, job.was_created));
    }
    ids.dedup();
    let [(id, true)] = &ids[..] else { panic!("{ids:?}") };
    id.clone()
}

async fn cancel(store: &dyn Store, id: &Id) {
    change(store, &context(), id, &SyncJobChange::Cancel).await.unwrap();
}

macro_rules! over {
    ($($name:ident: $backend:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            of_concurrent_requests_one_creates_a_job($backend).await;
        })*
    };
}
over! {
    one_creates_a_job_over_memory: "memory",
    one_creates_a_job_over_the_embedded_store: "embedded",
    one_creates_a_job_over_a_store_of_somebody_else: "sqlite",
    one_creates_a_job_over_opensearch: "opensearch",
    one_creates_a_job_over_the_opensearch_before: "opensearch-2",
    one_creates_a_job_over_elasticsearch: "elasticsearch",
    one_creates_a_job_over_the_elasticsearch_before: "elasticsearch-8",
}
