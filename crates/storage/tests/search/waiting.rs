//! Reports of changes by other programs, and positions that are no longer valid.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tributary_domain::{Document, Id};
use tributary_engines::{Endpoint, Indices};
use tributary_storage::{
    Changes, Collection, Deadline, LastValues, Position, Store, StoreError, StoreExt as _, Version,
};

use crate::{open, server};

const JOBS: &str = ".elastic-connectors-sync-jobs-v1";
const DELETIONS: &str = ".tributary-deletions-v1";
/// More than one response of an index contains.
const JOBS_OF_OTHERS: u32 = 4_000;
/// Longer than it takes to report a change.
const LONG: Duration = Duration::from_mins(1);

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

async fn changes(store: &dyn Store, since: &Position, longest: Duration) -> Changes {
    store.changes(Some(since.clone()), Deadline::NONE.within(longest)).await.unwrap()
}

/// Writes empty jobs directly to the index, which cannot be searched before a refresh.
fn write(server: &Endpoint, index: &str, numbers: std::ops::Range<u32>) {
    let mut lines = String::new();
    for number in numbers {
        let _ = writeln!(lines, "{}\n{{}}", json!({ "index": { "_id": format!("job-{number}") } }));
    }
    let answer = server.send("POST", &format!("/{index}/_bulk"), lines).unwrap();
    assert_eq!(answer["errors"], false, "{answer}");
}

pub(crate) async fn changes_of_other_programs_are_reported(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let index = format!("{prefix}{JOBS}");
    let settings = json!({
        "number_of_shards": 3, "number_of_replicas": 0, "refresh_interval": "-1", "max_result_window": 1_000,
    });
    server.send("PUT", &format!("/{index}"), json!({ "settings": settings }).to_string()).unwrap();
    let store = open(server, &prefix).await.unwrap();
    let start = store.changes(None, Deadline::NONE).await.unwrap().position;
    write(server, &index, 0..JOBS_OF_OTHERS);
    // More than one response can contain; then the same from the start.
    for _ in 0..2 {
        let (mut position, mut told, began) = (start.clone(), BTreeSet::new(), Instant::now());
        while told.len() < JOBS_OF_OTHERS as usize {
            assert!(began.elapsed() < LONG, "{} were reported", told.len());
            let found = changes(&*store, &position, LONG).await;
            assert!(found.is_complete);
            position = found.position;
            told.extend(found.changed);
        }
        let expected: BTreeSet<(Collection, Id)> =
            (0..JOBS_OF_OTHERS).map(|number| (Collection::SYNC_JOBS, id(&format!("job-{number}")))).collect();
        assert!(told == expected, "others were told");
    }

    // Many waiters are notified together.
    let position = store.changes(None, Deadline::NONE).await.unwrap().position;
    let waiting: Vec<_> = (0..20).map(|_| changes(&*store, &position, LONG)).collect();
    let write = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        write(server, &index, 7..8);
    };
    let (found, ()) = futures_util::future::join(futures_util::future::join_all(waiting), write).await;
    assert!(found.iter().all(|found| found.changed == [(Collection::SYNC_JOBS, id("job-7"))]), "{found:?}");
    let quiet = changes(&*store, &found[0].position, Duration::from_secs(2)).await;
    assert_eq!((quiet.changed, quiet.is_complete), (Vec::new(), true));

    server.send("DELETE", &format!("/{index}"), "").unwrap();
    let found = changes(&*store, &position, LONG).await;
    assert_eq!((&*found.changed, found.is_complete), (&[][..], false));
    assert!(changes(&*store, &found.position, Duration::from_millis(10)).await.is_complete);
}

pub(crate) async fn refused_deletion_is_not_told(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let store = open(server, &prefix).await.unwrap();
    let (jobs, name) = (Collection::SYNC_JOBS, id("hidden-from-others"));
    let job = r#"{"status":"pending"}"#;
    let version = store.create(jobs, &name, Document::parse(job).unwrap()).await.unwrap();
    let position = store.changes(None, Deadline::NONE).await.unwrap().position;
    let stale = Version { sequence: version.sequence + 5, ..version };
    let refused = store.delete(jobs, &name, stale).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    let quiet = changes(&*store, &position, Duration::from_secs(3)).await;
    assert_eq!((&*quiet.changed, quiet.is_complete), (&[][..], true));
    let position = quiet.position.as_str();
    assert!(position.contains("pending") && !position.contains(name.as_str()), "{position}");
    // The deletion happens later, perhaps by a request that was in flight.
    store.delete(jobs, &name, version).await.unwrap();
    let told = changes(&*store, &quiet.position, LONG).await;
    assert_eq!(told.changed, [(jobs, name.clone())]);
    assert_eq!(told.deleted[&(jobs, name)], LastValues::of(jobs, job));
    // An earlier version does not say what it deletes.
    let note = json!({ "collection": "sync_jobs", "id": "old", "deleted_at": 1 }).to_string();
    server.send("POST", &format!("/{prefix}{DELETIONS}/_doc"), note).unwrap();
    let told = changes(&*store, &told.position, LONG).await;
    assert_eq!((told.changed, told.deleted), (vec![(jobs, id("old"))], [((jobs, id("old")), None)].into()));
}

pub(crate) async fn expired_tombstones_are_removed(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let store = open(server, &prefix).await.unwrap();
    store.close().await.unwrap();
    let index = format!("{prefix}{DELETIONS}");
    let lines = (0..1_500).fold(String::new(), |mut lines, number| {
        let deleted_at = if number < 3 { 4_000_000_000_000_u64 } else { 1_000_000_000_000 };
        let note = json!({ "collection": "sync_jobs", "id": number.to_string(), "deleted_at": deleted_at });
        let _ = writeln!(lines, "{}\n{note}", json!({ "index": {} }));
        lines
    });
    server.send("POST", &format!("/{index}/_bulk?refresh=true"), lines).unwrap();
    let store = open(server, &prefix).await.unwrap();
    let start = Instant::now();
    loop {
        let found: Value = server.send("GET", &format!("/{index}/_count"), "").unwrap();
        if found["count"] == 3 {
            break;
        }
        assert!(start.elapsed() < LONG, "{found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    store.close().await.unwrap();
}
