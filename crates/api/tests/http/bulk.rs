//! Sync jobs that are canceled, deleted and retried by a query.

use std::sync::Arc;

use tributary_domain::SortKey;
use tributary_storage::{Collection, MockStore, Page, StoreError, Version, Versioned};

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.sync_job_cancel_by_query", cancel),
        scenario!("connector.sync_job_delete_by_query", delete),
        scenario!("connector.sync_job_retry_by_query", retry),
        scenario!("failure.change_by_query", failure),
    ]
}

/// Jobs of every status, each created later than the one before.
async fn jobs(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", r#"{"index_name":"i","service_type":"s3"}"#).await;
    let statuses =
        ["pending", "in_progress", "suspended", "canceling", "canceled", "completed", "error", "done"];
    for (number, status) in statuses.into_iter().enumerate() {
        let connector = if number % 2 == 0 { "c" } else { "gone" };
        let document = format!(
            r#"{{"created_at":"2026-01-0{}T00:00:00Z","status":"{status}","job_type":"full","connector":{{"id":"{connector}"}},"kept":1.10}}"#,
            number + 1
        );
        session.store(Collection::SYNC_JOBS, status, &document).await;
    }
    session.store(Collection::SYNC_JOBS, "bare", "{}").await;
}

async fn show(session: &mut Session) {
    let fields = "count,results.id,results.status,results.canceled_at,results.metadata";
    session.call("GET", &format!("{JOBS}?filter_path={fields}"), "").await;
}

async fn post(session: &mut Session, verb: &str, parameters: &str) {
    session.call("POST", &format!("{JOBS}/_{verb}_by_query{parameters}"), "").await;
}

/// What all three have in common.
async fn refusals(session: &mut Session, verb: &str) {
    for parameters in [
        "",
        "?all=false",
        "?job_type=",
        "?dry_run=true",
        "?all=true&status=error",
        "?all=maybe",
        "?status=",
        "?status=ended",
        "?connector_id=",
        "?all=true&conflicts=ignore",
        "?all=true&conflicts=",
        "?all=true&max_docs=0",
        "?all=true&max_docs=-1",
        "?all=true&max_docs=many",
        "?all=true&max_docs=",
        "?all=true&dry_run=2",
        "?all=true&all=true",
        "?all=true&from=0",
        "?all=true&size=10",
    ] {
        post(session, verb, parameters).await;
    }
    let path = format!("{JOBS}/_{verb}_by_query");
    session.call("POST", &format!("{path}?all=true"), "{}").await;
    for method in ["PUT", "GET", "DELETE"] {
        session.call(method, &path, "").await;
    }
    // A job may have any id, and is found under it in other ways.
    session.call("POST", &format!("{path}/_retry"), "").await;
}

async fn cancel(session: &mut Session) {
    post(session, "cancel", "?all").await;
    jobs(session).await;
    post(session, "cancel", "?all=true&dry_run=true").await;
    post(session, "cancel", "?status=pending,in_progress&connector_id=gone").await;
    post(session, "cancel", "?orphaned=false&created_before=2026-01-03&dry_run").await;
    post(session, "cancel", "?orphaned=false&max_docs=1").await;
    show(session).await;
    post(session, "cancel", "?all=true&conflicts=proceed&pretty").await;
    post(session, "cancel", "?all=true&filter_path=total,noops").await;
    show(session).await;
    refusals(session, "cancel").await;
}

async fn delete(session: &mut Session) {
    jobs(session).await;
    post(session, "delete", "?orphaned=true&dry_run=true").await;
    post(session, "delete", "?orphaned=true&max_docs=2").await;
    show(session).await;
    post(session, "delete", "?status=PENDING&status=error").await;
    post(session, "delete", "?connector_id=nobody").await;
    show(session).await;
    post(session, "delete", "?all=true&dry_run=false&conflicts=ABORT").await;
    show(session).await;
    refusals(session, "delete").await;
}

async fn retry(session: &mut Session) {
    jobs(session).await;
    session.prepare("PUT", "/_connector/without", "{}").await;
    let document = r#"{"created_at":"2026-02-01T00:00:00Z","status":"error","connector":{"id":"without"}}"#;
    session.store(Collection::SYNC_JOBS, "incomplete", document).await;
    post(session, "retry", "?all=true&dry_run=true").await;
    post(session, "retry", "?status=error").await;
    session.call("GET", &format!("{JOBS}?status=pending&order=desc&size=1"), "").await;
    post(session, "retry", "?status=error&dry_run=true").await;
    post(session, "retry", "?all=true").await;
    post(session, "retry", "?all=true").await;
    show(session).await;
    refusals(session, "retry").await;
}

/// Two batches, of which the second one fails in different ways.
async fn failure(session: &mut Session) {
    for (verb, results) in [
        ("cancel", [Ok(()), Err(StoreError::Conflict)]),
        ("delete", [Ok(()), Err(StoreError::Unavailable("a secret of the inside".into()))]),
        ("delete", [Ok(()), Err(StoreError::Blocked("the disk of its server is nearly full".to_owned()))]),
        ("cancel", [Err(StoreError::Rejected("field name cannot be an empty string".to_owned())), Ok(())]),
        ("delete", [Err(StoreError::Backend("a secret of the inside".into())), Ok(())]),
    ] {
        session.replace_store(Arc::new(failing(results))).await;
        post(session, verb, "?all=true").await;
    }
    let mut away = MockStore::new();
    away.expect_list().returning(|_, _| Err(StoreError::Unavailable("a secret of the inside".into())));
    session.replace_store(Arc::new(away)).await;
    post(session, "delete", "?all=true").await;
}

/// A store with two pages of one job each, whose first and second write end so.
fn failing(results: [Result<(), StoreError>; 2]) -> MockStore {
    let version = Version { sequence: 1, term: 0 };
    let mut store = MockStore::new();
    let job = |id: &str| format!(r#"{{"id":"{id}","status":"pending","created_at":7}}"#);
    store.expect_list().returning(move |query, _| {
        let page = |id: &str, has_next: bool| Page {
            count: 2,
            documents: [job(id)].iter().collect(),
            next: has_next
                .then(|| SortKey { value: Some(tributary_domain::SortValue::Number(7)), id: id.to_owned() }),
            point_in_time: None,
        };
        Ok(match &query.window {
            tributary_domain::Window::After { key: None, .. } => page("a", true),
            _ => page("b", false),
        })
    });
    store.expect_read().returning(move |_, ids, _| {
        let found = ids.iter().map(|id| Some(Versioned { version, document: job(id.as_str()).into() }));
        Ok(found.collect())
    });
    let mut results = results.into_iter();
    store.expect_write().returning(move |_, _, _| {
        vec![results.next().expect("two batches").map(|()| Version { sequence: 2, term: 0 })]
    });
    store
}
