//! Tests of changes of many sync jobs: everything once, races, failures.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tributary_domain::{Condition, ConflictPolicy, bulk_retry_id, sync_job_fields};
use tributary_storage::{
    Action, Collection, MemoryStore, MockStore, Operation, StoreError, StoreExt as _, Version, Versioned,
};

use super::*;
use crate::ServiceError;
use crate::test_support::{KilledStore, body, context, id, store, stored};

const CONNECTOR: &str = r#"{"index_name":"i","service_type":"s3"}"#;

/// A store with so many jobs: of each ten, one of each status, and the rest ended with an error.
async fn store_with_jobs(many: usize) -> Arc<dyn Store> {
    let store = store(&[(Collection::CONNECTORS, "c", CONNECTOR)]).await;
    add(&*store, 0..many).await;
    store
}

const STATUSES: [&str; 10] = [
    "pending",
    "in_progress",
    "suspended",
    "canceling",
    "canceled",
    "completed",
    "error",
    "error",
    "error",
    "error",
];

async fn add(store: &dyn Store, numbers: std::ops::Range<usize>) {
    let job = |number: usize| {
        let status = STATUSES[number % 10];
        // Some were created at the same time, some at no time.
        let created =
            if number.is_multiple_of(7) { String::new() } else { format!(r#""created_at":{},"#, number / 3) };
        let text = format!(r#"{{{created}"status":"{status}","connector":{{"id":"c"}}}}"#);
        (id(&format!("{number:05}")), body(&text))
    };
    for result in store.create_many(Collection::SYNC_JOBS, numbers.map(job).collect()).await {
        result.unwrap();
    }
}

fn all() -> SyncJobFilter {
    SyncJobFilter::default()
}

fn of_status(statuses: &[&str]) -> SyncJobFilter {
    let words = statuses.iter().map(|status| (*status).to_owned()).collect();
    let condition = Condition::AnyOf { field: sync_job_fields::STATUS, words };
    SyncJobFilter { conditions: vec![condition], orphaned: None }
}

async fn change(
    store: &dyn Store,
    filter: &SyncJobFilter,
    change: BulkChange,
    terms: &BulkTerms,
) -> BulkReport {
    change_by_query(store, &context(), filter, change, terms).await.unwrap()
}

async fn jobs(store: &dyn Store) -> u64 {
    store.count(&Query::of(Collection::SYNC_JOBS), &[], Deadline::NONE).await.unwrap().total
}

fn counts(report: &BulkReport) -> [u64; 4] {
    [report.total, report.changed, report.noops, report.version_conflicts]
}

#[tokio::test]
async fn every_match_is_changed_once() {
    let store = store_with_jobs(3_000).await;
    let terms = BulkTerms::default();
    let tried = BulkTerms { is_dry_run: true, ..terms.clone() };
    for (kind, filter, expected) in [
        (BulkChange::Cancel, all(), [3_000, 900, 2_100, 0]),
        (BulkChange::Cancel, all(), [3_000, 0, 3_000, 0]),
        // Canceled above: 600 of 900. Retried jobs do not come up again.
        (BulkChange::Retry, all(), [3_000, 2_400, 600, 0]),
        (BulkChange::Retry, of_status(&["error"]), [1_200, 0, 1_200, 0]),
        (BulkChange::Delete, of_status(&["pending"]), [2_400, 2_400, 0, 0]),
        (BulkChange::Delete, all(), [3_000, 3_000, 0, 0]),
        (BulkChange::Delete, all(), [0, 0, 0, 0]),
    ] {
        let before = jobs(&*store).await;
        let would = change(&*store, &filter, kind, &tried).await;
        assert_eq!((counts(&would), jobs(&*store).await), (expected, before), "{kind:?} {filter:?}");
        assert_eq!(would.examples.len() as u64, expected[1].min(10));
        let report = change(&*store, &filter, kind, &terms).await;
        assert_eq!(counts(&report), expected, "{kind:?} {filter:?}");
        assert!(report.failures.is_empty() && report.ended_by.is_none());
    }
    assert_eq!(jobs(&*store).await, 0);
}

#[tokio::test]
async fn a_retried_job_has_an_id_that_follows_from_the_ended_one() {
    let store = store_with_jobs(10).await;
    change(&*store, &of_status(&["completed"]), BulkChange::Retry, &BulkTerms::default()).await;
    let retry = bulk_retry_id(&id("00005")).unwrap();
    let job = stored(&*store, Collection::SYNC_JOBS, retry.as_str()).await.unwrap();
    assert_eq!(job["metadata"]["retry_of"], "00005");
    assert_eq!([&job["status"], &job["trigger_method"]], ["pending", "on_demand"]);
    // Deleted, it is created again.
    store.remove(Collection::SYNC_JOBS, &retry).await.unwrap();
    let again = change(&*store, &of_status(&["completed"]), BulkChange::Retry, &BulkTerms::default()).await;
    assert_eq!(counts(&again), [1, 1, 0, 0]);
}

#[tokio::test]
async fn no_more_than_wanted_are_handled_oldest_first() {
    for (most, batches) in [(1, 1), (50, 1), (51, 2), (2_000, 3), (5_000, 3)] {
        let store = store_with_jobs(2_000).await;
        let terms = BulkTerms { max_docs: Some(most), ..BulkTerms::default() };
        let report = change(&*store, &all(), BulkChange::Delete, &terms).await;
        let expected = most.min(2_000);
        assert_eq!((report.total, report.changed, report.batches), (expected, expected, batches), "{most}");
        assert_eq!(jobs(&*store).await, 2_000 - expected);
    }
}

#[tokio::test]
async fn a_job_that_cannot_be_retried_does_not_hold_up_the_others() {
    let ended = |connector: &str| format!(r#"{{"status":"error","connector":{{"id":"{connector}"}}}}"#);
    let (fine, gone) = (ended("c"), ended("gone"));
    let long = ended(&"x".repeat(513));
    let store = store(&[
        (Collection::CONNECTORS, "c", CONNECTOR),
        (Collection::CONNECTORS, "i", "{}"),
        (Collection::SYNC_JOBS, "1", &gone),
        (Collection::SYNC_JOBS, "2", &ended("i")),
        (Collection::SYNC_JOBS, "3", &fine),
        (Collection::SYNC_JOBS, "4", &long),
        (Collection::SYNC_JOBS, "5", r#"{"status":"error"}"#),
        (Collection::SYNC_JOBS, "6", &fine),
    ])
    .await;
    let report = change(&*store, &all(), BulkChange::Retry, &BulkTerms::default()).await;
    assert_eq!(counts(&report), [6, 2, 0, 0]);
    let failed: BTreeSet<&str> =
        report.failures.iter().map(|one| one.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(failed, BTreeSet::from(["1", "2", "4", "5"]));
    assert!(report.failures.iter().all(|one| matches!(one.error, ServiceError::Refused(_))));
    // There are never more of them than somebody reads.
    for number in 0..300 {
        store.create(Collection::SYNC_JOBS, &id(&format!("g{number}")), body(&gone)).await.unwrap();
    }
    let report = change(&*store, &all(), BulkChange::Retry, &BulkTerms::default()).await;
    assert_eq!((report.total, report.failures.len()), (308, 100));
}

/// A store in which somebody else changes jobs between being read and being written.
fn store_with_conflicts(conflicts: usize) -> MockStore {
    let inner = Arc::new(MemoryStore::default());
    let mut store = MockStore::new();
    let (for_list, for_read, for_write) = (inner.clone(), inner.clone(), inner.clone());
    store.expect_list().returning(move |query, deadline| block(for_list.list(query, deadline)));
    store
        .expect_read()
        .returning(move |collection, ids, deadline| block(for_read.read(collection, ids, deadline)));
    let left = AtomicUsize::new(conflicts);
    store.expect_write().returning(move |collection, operations, deadline| {
        let is_preparing = operations.iter().any(|one| matches!(one.action, Action::Create(_)));
        let results = operations.into_iter().map(|operation| {
            if !is_preparing
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            {
                return Err(StoreError::Conflict);
            }
            block(for_write.write(collection, vec![operation], deadline)).remove(0)
        });
        results.collect()
    });
    store
}

fn block<T>(future: impl Future<Output = T>) -> T {
    futures_util::FutureExt::now_or_never(future).expect("a store in memory does not wait")
}

#[tokio::test]
async fn a_version_conflict_ends_the_call_or_is_counted() {
    for kind in [BulkChange::Cancel, BulkChange::Delete] {
        let store = store_with_conflicts(1);
        add(&store, 0..200).await;
        let filter = of_status(&["pending", "in_progress", "suspended"]);
        let report = change(&store, &filter, kind, &BulkTerms::default()).await;
        // The rest of the batch was written together with it.
        assert_eq!(counts(&report), [60, 49, 0, 1], "{kind:?}");
        let ended_by = report.ended_by.unwrap();
        assert!(matches!(ended_by.error, ServiceError::Store(StoreError::Conflict)));
        assert!(ended_by.id.is_some() && report.failures.is_empty());

        let store = store_with_conflicts(3);
        add(&store, 0..200).await;
        let terms = BulkTerms { conflicts: ConflictPolicy::Proceed, ..BulkTerms::default() };
        let report = change(&store, &filter, kind, &terms).await;
        assert_eq!(counts(&report), [60, 57, 0, 3], "{kind:?}");
        assert!(report.ended_by.is_none() && report.failures.is_empty());
        let rest = change(&store, &filter, kind, &terms).await;
        assert_eq!(rest.changed, 3, "{kind:?}");
    }
}

#[tokio::test]
async fn a_job_that_others_changed_since_it_was_listed_is_decided_on_as_it_is_now() {
    let mut store = MockStore::new();
    let listed: &[&str] = &[
        r#"{"id":"a","status":"pending"}"#,
        r#"{"id":"b","status":"pending"}"#,
        r#"{"id":"c","status":"pending"}"#,
    ];
    store.expect_list().returning(move |query, _| {
        // The last job is asked for first.
        let documents = if query.window.size() == 1 { &listed[2..] } else { listed };
        Ok(tributary_storage::Page {
            count: 3,
            documents: documents.iter().collect(),
            next: None,
            point_in_time: None,
        })
    });
    store.expect_read().returning(move |_, ids, _| {
        assert_eq!(ids.len(), 3);
        let version = Version { sequence: 1, term: 0 };
        let now = |text: &str| Some(Versioned { version, document: text.to_owned().into() });
        // One was deleted, one was claimed.
        Ok(vec![None, now(r#"{"id":"b","status":"in_progress"}"#), now(listed[2])])
    });
    store.expect_write().returning(|_, operations, _| {
        let ids: Vec<&str> = operations.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["c"]);
        vec![Ok(Version { sequence: 2, term: 0 })]
    });
    let report = change(&store, &of_status(&["pending"]), BulkChange::Delete, &BulkTerms::default()).await;
    assert_eq!(counts(&report), [3, 1, 2, 0]);
}

#[tokio::test]
async fn a_call_that_the_store_ends_says_what_was_done_and_can_be_repeated() {
    for kind in [BulkChange::Cancel, BulkChange::Delete, BulkChange::Retry] {
        let mut steps = 0;
        loop {
            let store = store_with_jobs(120).await;
            let (before, expected) = (
                jobs(&*store).await,
                counts(
                    &change(&*store, &all(), kind, &BulkTerms { is_dry_run: true, ..BulkTerms::default() })
                        .await,
                )[1],
            );
            let failing = KilledStore::new(store.clone(), steps, false);
            let result = change_by_query(&failing, &context(), &all(), kind, &BulkTerms::default()).await;
            if failing.has_survived() {
                assert_eq!(result.unwrap().changed, expected);
                break;
            }
            let done = match result {
                Ok(report) => {
                    let ended_by = report.ended_by.expect("it was ended");
                    assert!(matches!(ended_by.error, ServiceError::Store(StoreError::Unavailable(_))));
                    report.changed
                }
                Err(error) => {
                    assert!(matches!(error, ServiceError::Store(StoreError::Unavailable(_))), "{error:?}");
                    0
                }
            };
            assert!(done < expected, "{kind:?} {steps}");
            match kind {
                BulkChange::Delete => assert_eq!(jobs(&*store).await, before - done),
                BulkChange::Retry => assert_eq!(jobs(&*store).await, before + done),
                BulkChange::Cancel => {}
            }
            let rest = change(&*store, &all(), kind, &BulkTerms::default()).await;
            assert_eq!(done + rest.changed, expected, "{kind:?} {steps}");
            steps += 1;
        }
        assert!(steps > 5, "{steps}");
    }
}

#[tokio::test]
async fn what_others_create_meanwhile_is_left_alone() {
    let inner = store_with_jobs(300).await;
    let created = AtomicUsize::new(0);
    let mut store = MockStore::new();
    let (for_list, for_read) = (inner.clone(), inner.clone());
    store.expect_list().returning(move |query, deadline| block(for_list.list(query, deadline)));
    store
        .expect_read()
        .returning(move |collection, ids, deadline| block(for_read.read(collection, ids, deadline)));
    let for_write = inner.clone();
    store.expect_write().returning(move |collection, operations, deadline| {
        // Two new jobs for each one that is deleted: without an end, the call would never come to one.
        for _ in 0..2 * operations.len() {
            let name = id(&format!("new-{}", created.fetch_add(1, Ordering::SeqCst)));
            let action = Action::Create(body(r#"{"status":"pending","created_at":"2030-01-01"}"#));
            block(for_write.write(collection, vec![Operation { id: name, action }], deadline))
                .remove(0)
                .unwrap();
        }
        block(for_write.write(collection, operations, deadline))
    });
    let filter = SyncJobFilter {
        conditions: vec![Condition::Exists { field: sync_job_fields::CREATED_AT }],
        orphaned: None,
    };
    let report = change(&store, &filter, BulkChange::Delete, &BulkTerms::default()).await;
    assert_eq!((report.total, report.changed), (257, 257));
    let page = inner.list(&Query::of(Collection::SYNC_JOBS).page(0, 10_000), Deadline::NONE).await.unwrap();
    let old = page.documents.iter().filter(|text| {
        let job: Value = serde_json::from_slice(text).unwrap();
        !job["id"].as_str().unwrap().starts_with("new-")
    });
    assert_eq!(old.count(), 43, "those without a time did not match");
}
