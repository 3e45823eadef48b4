//! Tests of creations: repeated, killed and concurrent ones.

use std::sync::Arc;

use tributary_domain::{Document, Query, Refusal};
use tributary_storage::{Action, Deadline, Operation, StoreError};

use super::*;
use crate::ServiceError;
use crate::test_support::{KilledStore, NOW, body, context, context_at, id, store};

const CONNECTOR: &str = r#"{"index_name":"i","service_type":"s3"}"#;
/// When nobody takes a request of [`NOW`] for a running one any more.
const LATER: &str = "2026-01-02T03:05:06.000Z";
const NEXT_DAY: &str = "2026-01-03T04:00:00.000Z";

fn terms(key: Option<&str>, if_pending: IfPending) -> CreationTerms {
    CreationTerms { if_pending, idempotency_key: key.map(|key| IdempotencyKey::parse(key).unwrap()) }
}

fn new_job() -> Creation {
    Creation::New(body(r#"{"id":"c"}"#))
}

async fn store_with_connector() -> Arc<dyn Store> {
    let ended = r#"{"status":"error","job_type":"full","connector":{"id":"c"}}"#;
    store(&[(Collection::CONNECTORS, "c", CONNECTOR), (Collection::SYNC_JOBS, "ended", ended)]).await
}

/// The ids of all jobs that were created.
async fn jobs(store: &dyn Store) -> Vec<Id> {
    let page = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.unwrap();
    let ids = page.documents.iter().map(|text| super::super::listed::id_of(text).unwrap());
    ids.filter(|id| id.as_str() != "ended").collect()
}

async fn records(store: &dyn Store) -> u64 {
    store.count(&Query::of(Collection::CREATIONS), &[], Deadline::NONE).await.unwrap().total
}

#[tokio::test]
async fn a_killed_request_is_finished_by_the_next_one_whenever_it_was_killed() {
    for creation in [new_job(), Creation::Retry(id("ended"))] {
        for if_pending in [IfPending::Create, IfPending::Return, IfPending::Reject] {
            for is_last_made in [false, true] {
                let terms = terms(Some("k"), if_pending);
                let mut steps = 0;
                loop {
                    let store = store_with_connector().await;
                    let killed = KilledStore::new(store.clone(), steps, is_last_made);
                    let first = create(&killed, &context(), &creation, &terms).await;
                    if killed.has_survived() {
                        assert!(first.is_ok(), "{first:?}");
                        break;
                    }
                    let case = format!("{creation:?} {if_pending:?} {is_last_made} {steps}");
                    let again = create(&*store, &context_at(LATER), &creation, &terms).await;
                    let again = again.unwrap_or_else(|error| panic!("{case}: {error:?}"));
                    assert!(again.was_created, "{case}");
                    assert_eq!(jobs(&*store).await, std::slice::from_ref(&again.id), "{case}");
                    if let Ok(first) = first {
                        assert_eq!(first, again, "{case}");
                    }
                    let third = create(&*store, &context_at(LATER), &creation, &terms).await.unwrap();
                    assert_eq!((third, jobs(&*store).await.len()), (again, 1), "{case}");
                    steps += 1;
                }
                assert!(steps > 3, "{steps} steps");
            }
        }
    }
}

#[tokio::test]
async fn a_killed_request_without_a_key_leaves_no_second_pending_job() {
    for is_last_made in [false, true] {
        for later in [NOW, LATER, NEXT_DAY] {
            let terms = terms(None, IfPending::Return);
            let mut steps = 0;
            loop {
                let store = store_with_connector().await;
                let killed = KilledStore::new(store.clone(), steps, is_last_made);
                let first = create(&killed, &context(), &new_job(), &terms).await;
                if killed.has_survived() {
                    break;
                }
                let case = format!("{is_last_made} {later} {steps}");
                let again = create(&*store, &context_at(later), &new_job(), &terms).await.unwrap();
                assert_eq!(jobs(&*store).await, std::slice::from_ref(&again.id), "{case}");
                assert!(first.is_err() || first.unwrap().id == again.id, "{case}");
                steps += 1;
            }
            assert!(steps > 3, "{steps} steps");
        }
    }
}

#[tokio::test]
async fn what_was_answered_is_answered_for_a_day() {
    let store = store_with_connector().await;
    let terms = terms(Some("k"), IfPending::Create);
    let first = create(&*store, &context(), &new_job(), &terms).await.unwrap();
    for collection in [Collection::SYNC_JOBS, Collection::CONNECTORS] {
        let name = if collection == Collection::SYNC_JOBS { first.id.clone() } else { id("c") };
        store.remove(collection, &name).await.unwrap();
    }
    let again = create(&*store, &context_at("2026-01-03T03:00:00Z"), &new_job(), &terms).await.unwrap();
    assert_eq!((again, jobs(&*store).await.len()), (first, 0));
    let next_day = create(&*store, &context_at(NEXT_DAY), &new_job(), &terms).await;
    let is_refused = matches!(next_day, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))));
    assert!(is_refused, "{next_day:?}");
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_key() {
    let store = store_with_connector().await;
    let terms = terms(Some("k"), IfPending::Create);
    let nobody = Creation::New(body(r#"{"id":"nobody"}"#));
    assert!(create(&*store, &context(), &nobody, &terms).await.is_err());
    assert_eq!(records(&*store).await, 0);
    create(&*store, &context(), &new_job(), &terms).await.unwrap();
    let other = create(&*store, &context(), &nobody, &terms).await;
    assert!(matches!(other, Err(ServiceError::Refused(Refusal::IdempotencyKeyReused))), "{other:?}");
}

#[tokio::test]
async fn while_a_request_is_running_the_same_one_is_refused() {
    let store = store_with_connector().await;
    let terms = terms(Some("k"), IfPending::Create);
    // Killed after the record was stored.
    let killed = KilledStore::new(store.clone(), 2, false);
    assert!(create(&killed, &context(), &new_job(), &terms).await.is_err());
    let same = create(&*store, &context(), &new_job(), &terms).await;
    assert!(matches!(same, Err(ServiceError::Refused(Refusal::IdempotencyKeyInUse))), "{same:?}");
    let later = create(&*store, &context_at(LATER), &new_job(), &terms).await.unwrap();
    assert_eq!(jobs(&*store).await, [later.id]);
}

#[tokio::test]
async fn expired_records_are_removed_in_the_course_of_time() {
    let store = store_with_connector().await;
    let document = |text: &str| Document::parse(text).unwrap();
    let record = |number: u32, text: &str| Operation {
        id: id(&format!("{number}")),
        action: Action::Create(document(text)),
    };
    let expired = (0..250).map(|number| record(number, r#"{"expires_at":"2026-01-02T03:00:00Z"}"#));
    let valid = record(1_000, r#"{"expires_at":"2026-01-02T04:00:00Z"}"#);
    let results = store.write(Collection::CREATIONS, expired.chain([valid]).collect(), Deadline::NONE).await;
    assert!(results.iter().all(Result::is_ok));
    let mut created = 0;
    while store.get(Collection::CREATIONS, &id("1000")).await.is_ok() && records(&*store).await > created + 1
    {
        created += 1;
        assert!(created < 2_000, "no clean-up");
        create(&*store, &context(), &new_job(), &terms(Some(&format!("key-{created}")), IfPending::Create))
            .await
            .unwrap();
    }
    assert!(store.get(Collection::CREATIONS, &id("1000")).await.is_ok(), "it is still valid");
    assert_eq!(jobs(&*store).await.len(), 100.min(usize::try_from(created).unwrap()));
}

#[tokio::test]
async fn a_pending_job_that_was_created_otherwise_is_found() {
    let store = store_with_connector().await;
    let plain = create(&*store, &context(), &new_job(), &CreationTerms::default()).await.unwrap();
    let returned = create(&*store, &context(), &new_job(), &terms(None, IfPending::Return)).await.unwrap();
    assert_eq!((returned.id, returned.was_created), (plain.id.clone(), false));
    match create(&*store, &context(), &new_job(), &terms(None, IfPending::Reject)).await {
        Err(ServiceError::Refused(Refusal::PendingJobExists { job_id, .. })) => {
            assert_eq!(job_id, plain.id.as_str());
        }
        other => panic!("{other:?}"),
    }
    let away = KilledStore::new(store, 0, false);
    let failed = create(&away, &context(), &new_job(), &terms(Some("k"), IfPending::Return)).await;
    assert!(matches!(failed, Err(ServiceError::Store(StoreError::Unavailable(_)))), "{failed:?}");
}
