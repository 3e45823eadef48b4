//! Promises about concurrency.

use futures_util::future::join_all;
use tributary_domain::{Connector, Query, Refusal, SyncJob, Timestamp};

use super::promise::{document, id, list_of_promises};
use crate::{ChangeError, Collection, Deadline, Store, StoreError, StoreExt};

list_of_promises![
    of_many_creates_one_wins,
    of_many_claims_one_wins,
    no_update_is_lost,
    an_index_is_given_to_one,
    an_index_is_attached_to_one
];

const RACERS: usize = 16;

async fn of_many_creates_one_wins(store: &dyn Store) {
    for round in 0..8 {
        let name = id(&format!("job-{round}"));
        let racers = (0..RACERS).map(|racer| {
            store.create(Collection::SYNC_JOBS, &name, document(&format!(r#"{{"r":{racer}}}"#)))
        });
        let results = join_all(racers).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(
            results.iter().all(|result| matches!(result, Ok(_) | Err(StoreError::Conflict))),
            "{results:?}"
        );
        let winner = results.iter().position(Result::is_ok).expect("one won");
        let stored = store.get(Collection::SYNC_JOBS, &name).await.expect("there").document;
        assert_eq!(stored, document(&format!(r#"{{"r":{winner}}}"#)).render(name.as_str()));
    }
    let page = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed");
    assert_eq!(page.count, 8);
}

async fn of_many_claims_one_wins(store: &dyn Store) {
    let now = Timestamp::parse("2026-01-02T03:04:05.000Z").expect("a time");
    for round in 0..8 {
        let name = id(&format!("job-{round}"));
        let pending = document(r#"{"status":"pending"}"#);
        store.create(Collection::SYNC_JOBS, &name, pending).await.expect("created");
        let claims = (0..RACERS).map(|racer| {
            let job = name.clone();
            let worker = format!("worker-{racer}");
            async move {
                let decide = |claimed: SyncJob| claimed.claim(job.as_str(), &worker, None, now);
                store.change(Collection::SYNC_JOBS, &job, decide).await
            }
        });
        let results = join_all(claims).await;
        let winners: Vec<usize> = (0..RACERS).filter(|racer| results[*racer].is_ok()).collect();
        let [winner] = winners[..] else { panic!("not one winner: {results:?}") };
        let expected = format!("worker-{winner}");
        for lost in results.iter().filter_map(|result| result.as_ref().err()) {
            match lost {
                ChangeError::Refused(Refusal::ClaimedByAnother { worker, .. }) => {
                    assert_eq!(*worker, expected);
                }
                other => panic!("a lost race is told otherwise: {other:?}"),
            }
        }
        let (job, _): (SyncJob, _) = store.load(Collection::SYNC_JOBS, &name).await.expect("there");
        assert_eq!(job.worker_hostname(), Some(expected));
    }
}

async fn no_update_is_lost(store: &dyn Store) {
    let name = id("counter");
    store.create(Collection::SYNC_JOBS, &name, document("{}")).await.expect("created");
    let additions = (0..RACERS).map(|racer| {
        let name = name.clone();
        async move {
            let add = |job: SyncJob| {
                let mut next = job.document().clone();
                let value = document(r#"{"v":1}"#).get_raw("v").expect("a value").to_owned();
                next.set_raw(&format!("racer-{racer}"), value);
                Ok::<_, Refusal>(SyncJob::from(next))
            };
            store.change(Collection::SYNC_JOBS, &name, add).await.expect("changed")
        }
    });
    join_all(additions).await;
    let (job, _): (SyncJob, _) = store.load(Collection::SYNC_JOBS, &name).await.expect("there");
    assert_eq!(job.document().iter().count(), RACERS + 1, "{}", job.document().to_json());
}

async fn an_index_is_given_to_one(store: &dyn Store) {
    for round in 0..8 {
        let racers = (0..RACERS).map(|racer| {
            let name = id(&format!("connector-{round}-{racer}"));
            let wanted = document(&format!(r#"{{"index_name":"index-{round}"}}"#));
            async move { store.create(Collection::CONNECTORS, &name, wanted).await }
        });
        let results = join_all(racers).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        for lost in results.iter().filter(|result| result.is_err()) {
            assert!(matches!(lost, Err(StoreError::IndexNameTaken { .. })), "{lost:?}");
        }
    }
}

/// Connectors that are there already race for an index by changes; each loser is told who has it, and stays
/// as it was.
async fn an_index_is_attached_to_one(store: &dyn Store) {
    let names: Vec<_> = (0..RACERS).map(|racer| id(&format!("connector-{racer}"))).collect();
    for (racer, name) in names.iter().enumerate() {
        let detached = document(&format!(r#"{{"index_name":"own-{racer}","x":1.10}}"#));
        store.create(Collection::CONNECTORS, name, detached).await.expect("created");
    }
    for round in 0..4 {
        let wanted = format!("index-{round}");
        let racers = names.iter().map(|name| {
            let decide = |connector: Connector| connector.set_index_name(Some(&wanted));
            store.change(Collection::CONNECTORS, name, decide)
        });
        let results = join_all(racers).await;
        let winners: Vec<usize> = (0..RACERS).filter(|racer| results[*racer].is_ok()).collect();
        let [winner] = winners[..] else { panic!("not one winner: {results:?}") };
        for (racer, result) in results.iter().enumerate().filter(|(_, result)| result.is_err()) {
            match result {
                Err(ChangeError::Refused(Refusal::IndexNameTaken { index_name, connector_id })) => {
                    assert_eq!(*index_name, wanted);
                    // Of several that reserve it, a loser may have seen one that lost later on.
                    assert_ne!(*connector_id, names[racer].to_string());
                }
                other => panic!("a lost race is told otherwise: {other:?}"),
            }
        }
        let mut holders = Vec::new();
        for (racer, name) in names.iter().enumerate() {
            let (connector, _): (Connector, _) =
                store.load(Collection::CONNECTORS, name).await.expect("there");
            if connector.index_name().as_deref() == Some(&wanted) {
                holders.push(racer);
            }
            assert!(connector.document().to_json().contains(r#""x":1.10"#));
        }
        assert_eq!(holders, [winner]);
    }
}
