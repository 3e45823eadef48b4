//! What clients see when the store fails.

use std::num::NonZeroU32;
use std::sync::Arc;

use tributary_api::RequestLimits;
use tributary_storage::{Collection, MockStore, StoreError, Version, Versioned};

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("failure.store_away", store_away),
        scenario!("failure.store_blocked", store_blocked),
        scenario!("failure.store_broken", store_broken),
        scenario!("failure.answer_of_the_store_lost", answer_of_the_store_lost),
        scenario!("failure.limit_reached", limit_reached),
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
    let mut store = MockStore::new();
    let job = || Versioned { version: Version { sequence: 1, term: 0 }, document: r#"{"id":"j"}"#.into() };
    store.expect_list().returning(|_, _| Err(StoreError::Backend("a secret of the inside".into())));
    store.expect_read().returning(move |_, _, _| Ok(vec![Some(job())]));
    store.expect_write().returning(|_, _, _| vec![Err(StoreError::Conflict)]);
    session.replace_store(Arc::new(store)).await;
    session.call("GET", JOBS, "").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
}

async fn store_blocked(session: &mut Session) {
    let mut store = MockStore::new();
    let reason = "the disk of its server is nearly full";
    let job = || Versioned { version: Version { sequence: 1, term: 0 }, document: r#"{"id":"j"}"#.into() };
    store
        .expect_read()
        .returning(move |collection, _, _| Ok(vec![(collection == Collection::SYNC_JOBS).then(job)]));
    store.expect_write().returning(move |collection, _, _| {
        if collection == Collection::SYNC_JOBS {
            return vec![Err(StoreError::Rejected("field name cannot be an empty string".to_owned()))];
        }
        vec![Err(StoreError::Blocked(reason.to_owned()))]
    });
    store.expect_list().returning(|_, _| Err(StoreError::Denied("a secret of the inside".to_owned())));
    session.replace_store(Arc::new(store)).await;
    session.call("PUT", "/_connector/c", "{}").await;
    session.call("GET", JOBS, "").await;
    session.call("PUT", &format!("{JOBS}/j/_check_in"), "").await;
}

/// The store says that the id of a new job is taken: by this job, with a worker that took it already,
/// or by another one.
async fn answer_of_the_store_lost(session: &mut Session) {
    for created_at in ["2026-01-02T03:00:00.000Z", "2026-01-01T00:00:00.000Z"] {
        let mut store = MockStore::new();
        store.expect_write().returning(|_, _, _| vec![Err(StoreError::Conflict)]);
        store.expect_read().returning(move |collection, _, _| {
            let document = if collection == Collection::SYNC_JOBS {
                format!(r#"{{"id":"j","status":"in_progress","created_at":"{created_at}"}}"#)
            } else {
                r#"{"id":"c","index_name":"i","service_type":"s3"}"#.to_owned()
            };
            let version = Version { sequence: 1, term: 0 };
            Ok(vec![Some(Versioned { version, document: document.into() })])
        });
        session.replace_store(Arc::new(store)).await;
        session.call("POST", JOBS, r#"{"id":"c"}"#).await;
    }
}

/// Limits that nothing is within.
async fn limit_reached(session: &mut Session) {
    let description = "d".repeat(3_900);
    for number in 0..20 {
        let document = format!(r#"{{"id":"c{number}","description":"{description}"}}"#);
        session.store(Collection::CONNECTORS, &format!("c{number}"), &document).await;
    }
    session.store(Collection::SYNC_JOBS, "j", r#"{"id":"j","status":"pending"}"#).await;
    let limits = RequestLimits::default();
    session.replace_limits(&RequestLimits { running: 0, ..limits }).await;
    session.call("GET", JOBS, "").await;
    session.call("PUT", "/_connector/c", "{}").await;
    session.call("GET", "/nowhere", "").await;
    session.call("GET", "/_health/ready", "").await;
    session.replace_limits(&RequestLimits { running_per_key: Some(0), ..limits }).await;
    session.call("GET", JOBS, "").await;
    // Both are far more patient than a test.
    let minute = "timeout=1m";
    session.replace_limits(&RequestLimits { waiting: 0, ..limits }).await;
    session.call("GET", &format!("{JOBS}/j?filter_path=id"), "").await;
    session.call("GET", &format!("{JOBS}/j?wait_for_completion=true&{minute}"), "").await;
    session.call("GET", &format!("{JOBS}/_watch?{minute}"), "").await;
    session.replace_limits(&RequestLimits { answer_memory: 0, ..limits }).await;
    session.call("GET", "/_connector?filter_path=count", "").await;
    session.call("GET", "/_connector?size=20", "").await;
    let one = NonZeroU32::new(1);
    session.replace_limits(&RequestLimits { per_second_per_key: one, ..limits }).await;
    session.call("GET", "/_connector?filter_path=count", "").await;
    session.call("GET", "/_connector?filter_path=count", "").await;
}
