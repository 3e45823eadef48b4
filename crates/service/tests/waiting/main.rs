//! Waiting for sync jobs: nobody misses a change, whatever happens, and the store is asked once for all.
#![allow(missing_docs, reason = "a test")]

mod selection;
mod shaky;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use shaky::Shaky;
use tokio::time::{Instant, sleep, timeout};
use tributary_domain::{Collection, Document, FilteredValues, Id, Refusal};
use tributary_service::ServiceError;
use tributary_service::access::Sight;
use tributary_service::sync_job::{ChangedJobs, JobState, SyncJobHub, SyncJobWatch, WatchNews, wait};
use tributary_storage::{Action, Position, Store, StoreError, StoreExt as _};

const JOBS: Collection = Collection::SYNC_JOBS;
/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(20);

fn id(name: &str) -> Id {
    Id::parse("id", name).unwrap()
}

fn job(status: &str) -> Document {
    Document::parse(&format!(r#"{{"status":"{status}"}}"#)).unwrap()
}

fn store_and_hub() -> (Arc<Shaky>, Arc<SyncJobHub>) {
    let store = Arc::new(Shaky::default());
    (store.clone(), Arc::new(SyncJobHub::new(store)))
}

async fn set(store: &dyn Store, name: &str, status: &str) {
    match store.get(JOBS, &id(name)).await {
        Ok(present) => store.replace(JOBS, &id(name), present.version, job(status)).await.unwrap(),
        Err(_) => store.create(JOBS, &id(name), job(status)).await.unwrap(),
    };
}

/// Waits for jobs in tasks of their own, and for these to be waiting.
async fn waiting(
    store: &Shaky,
    hub: &Arc<SyncJobHub>,
    names: &[String],
) -> Vec<tokio::task::JoinHandle<Result<bool, ServiceError>>> {
    let before = store.reads.load(Relaxed);
    let begin = |name: &String| {
        let (hub, id) = (Arc::clone(hub), id(name));
        tokio::spawn(async move { wait(&hub, &Sight::EVERYTHING, &id, LONG).await.map(|job| job.has_ended) })
    };
    let waiting = names.iter().map(begin).collect();
    // Each reads before and after it subscribes.
    while store.reads.load(Relaxed) < before + 2 * names.len() {
        sleep(Duration::from_millis(5)).await;
    }
    waiting
}

/// The ids of the jobs that are heard of, until all of these are.
async fn heard(watch: &mut SyncJobWatch, expected: &[String]) -> usize {
    let mut missing: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    let mut count = 0;
    while !missing.is_empty() {
        match timeout(LONG, watch.next()).await.expect("it is told in time") {
            WatchNews::Changed(changed) => {
                for one in &changed.jobs {
                    missing.remove(one.id.as_str());
                }
                count += changed.jobs.len();
            }
            other => panic!("{other:?} while {missing:?} are missing"),
        }
    }
    count
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("job-{number}")).collect()
}

#[tokio::test]
async fn who_waits_is_answered_when_the_job_has_ended() {
    let (store, hub) = store_and_hub();
    for status in ["completed", "error", "canceled"] {
        set(&*store, status, status).await;
        assert!(wait(&hub, &Sight::EVERYTHING, &id(status), LONG).await.unwrap().has_ended, "{status}");
    }
    assert_eq!(store.looks.load(Relaxed), 0, "nothing had to be waited for");
    let names = names(3);
    for name in &names {
        set(&*store, name, "pending").await;
    }
    let mut tasks = waiting(&store, &hub, &names).await;
    for status in ["in_progress", "suspended", "in_progress", "completed"] {
        assert!(!tasks[0].is_finished());
        set(&*store, &names[0], status).await;
        sleep(Duration::from_millis(100)).await;
    }
    assert!(timeout(LONG, tasks.remove(0)).await.unwrap().unwrap().unwrap());
    let version = store.get(JOBS, &id(&names[1])).await.unwrap().version;
    store.delete(JOBS, &id(&names[1]), version).await.unwrap();
    let deleted = timeout(LONG, tasks.remove(0)).await.unwrap().unwrap();
    assert!(matches!(deleted, Err(ServiceError::Refused(Refusal::SyncJobNotFound(_)))), "{deleted:?}");
    assert!(!tasks[0].is_finished());
    hub.end_waits();
    assert!(!timeout(LONG, tasks.remove(0)).await.unwrap().unwrap().unwrap(), "it has not ended");
    assert!(!wait(&hub, &Sight::EVERYTHING, &id(&names[0]), LONG).await.unwrap().text.is_empty(), "at once");
}

#[tokio::test]
async fn at_the_end_of_the_time_the_job_is_answered_as_it_is() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "pending").await;
    for time in [Duration::ZERO, Duration::from_millis(50)] {
        let start = Instant::now();
        let job = wait(&hub, &Sight::EVERYTHING, &id("j"), time).await.unwrap();
        assert_eq!((&*job.text, job.has_ended), (&br#"{"id":"j","status":"pending"}"#[..], false));
        assert!(start.elapsed() >= time);
    }
    let missing = wait(&hub, &Sight::EVERYTHING, &id("nobody"), LONG).await;
    assert!(matches!(missing, Err(ServiceError::Refused(Refusal::SyncJobNotFound(_)))), "{missing:?}");
}

#[tokio::test]
async fn who_follows_is_not_told_of_an_earlier_state_after_a_later_one() {
    let (store, hub) = store_and_hub();
    let mut other = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let earlier = other.position().clone();
    set(&*store, "j", "pending").await;
    heard(&mut other, &["j".to_owned()]).await;
    set(&*store, "j", "in_progress").await;
    heard(&mut other, &["j".to_owned()]).await;

    let version = store.get(JOBS, &id("j")).await.unwrap().version;
    let before = store.reads.load(Relaxed);
    store.is_slow.store(true, Relaxed);
    store.replace(JOBS, &id("j"), version, job("suspended")).await.unwrap();
    while store.reads.load(Relaxed) == before {
        sleep(Duration::from_millis(5)).await;
    }
    set(&*store, "j", "completed").await;
    let mut watch = SyncJobWatch::open(hub, Some(earlier), false).await.unwrap();
    while let Ok(news) = timeout(Duration::from_secs(1), watch.next()).await {
        let WatchNews::Changed(changed) = news else { panic!("{news:?}") };
        let JobState::Present(present) = &changed.jobs[0].state else { panic!("{changed:?}") };
        assert_eq!(&present.text[..], br#"{"id":"j","status":"completed"}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_end_is_missed_while_waits_begin() {
    let (store, hub) = store_and_hub();
    for round in 0..300 {
        let name = format!("job-{round}");
        set(&*store, &name, "in_progress").await;
        let task = {
            let (hub, id) = (Arc::clone(&hub), id(&name));
            tokio::spawn(async move { wait(&hub, &Sight::EVERYTHING, &id, LONG).await })
        };
        if round % 3 > 0 {
            tokio::task::yield_now().await;
        }
        set(&*store, &name, "completed").await;
        assert!(timeout(LONG, task).await.unwrap().unwrap().unwrap().has_ended);
    }
}

#[tokio::test]
async fn the_store_is_asked_once_for_all_who_wait() {
    let (store, hub) = store_and_hub();
    let names = names(500);
    for name in &names {
        set(&*store, name, "in_progress").await;
    }
    let tasks = waiting(&store, &hub, &names).await;
    // All that began before the feed did read once more.
    sleep(Duration::from_millis(200)).await;
    let before = (store.reads.load(Relaxed), store.looks.load(Relaxed));
    for name in &names {
        store.write_one(JOBS, &id(name), replacing(&*store, name).await).await.unwrap();
    }
    for task in tasks {
        assert!(timeout(LONG, task).await.unwrap().unwrap().unwrap());
    }
    let own = names.len();
    let reads = store.reads.load(Relaxed) - before.0 - own;
    let looks = store.looks.load(Relaxed) - before.1;
    assert!(reads <= own / 4 && looks <= own / 4, "{reads} reads and {looks} looks for {own} jobs");
}

async fn replacing(store: &dyn Store, name: &str) -> Action {
    let version = store.get(JOBS, &id(name)).await.unwrap().version;
    Action::Replace(version, job("completed"))
}

#[tokio::test]
async fn what_was_forgotten_is_read_again() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "in_progress").await;
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let task = waiting(&store, &hub, &["j".to_owned()]).await.remove(0);
    set(&*store, "k", "pending").await;
    heard(&mut watch, &["k".to_owned()]).await;
    store.forgets.store(true, Relaxed);
    set(&*store, "j", "completed").await;
    assert!(timeout(LONG, task).await.unwrap().unwrap().unwrap());
    // The position of the follower itself was not forgotten.
    heard(&mut watch, &["j".to_owned()]).await;
}

#[tokio::test]
async fn who_follows_from_a_position_that_is_too_old_hears_of_the_gap() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "pending").await;
    for foreign in ["", "x", "of another store"] {
        let mut watch =
            SyncJobWatch::open(Arc::clone(&hub), Some(Position::new(foreign)), false).await.unwrap();
        let gap = timeout(LONG, watch.next()).await.unwrap();
        assert!(matches!(gap, WatchNews::Gap(_)), "{gap:?}");
        set(&*store, "j", "pending").await;
        set(&*store, "k", "pending").await;
        heard(&mut watch, &["k".to_owned()]).await;
    }
}

#[tokio::test]
async fn a_failure_of_the_store_is_told_and_survived() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "in_progress").await;
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let task = waiting(&store, &hub, &["j".to_owned()]).await.remove(0);
    set(&*store, "k", "pending").await;
    heard(&mut watch, &["k".to_owned()]).await;
    let position = watch.position().clone();
    store.is_away.store(true, Relaxed);
    store.create(JOBS, &id("l"), job("pending")).await.unwrap();
    let told = timeout(LONG, task).await.unwrap().unwrap();
    assert!(matches!(told, Err(ServiceError::Store(StoreError::Unavailable(_)))), "{told:?}");
    let told = timeout(LONG, watch.next()).await.unwrap();
    assert!(matches!(told, WatchNews::Failed(ServiceError::Store(StoreError::Unavailable(_)))), "{told:?}");
    drop(watch);
    store.is_away.store(false, Relaxed);
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), Some(position), false).await.unwrap();
    heard(&mut watch, &["l".to_owned()]).await;
    let task = waiting(&store, &hub, &["j".to_owned()]).await.remove(0);
    set(&*store, "j", "completed").await;
    assert!(timeout(LONG, task).await.unwrap().unwrap().unwrap());
}

#[tokio::test]
async fn a_follower_that_is_slow_catches_up() {
    let (store, hub) = store_and_hub();
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let mut other = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    set(&*store, "first", "pending").await;
    heard(&mut watch, &["first".to_owned()]).await;
    // More than is kept, of which each change is passed on by itself.
    let names = names(100);
    for name in &names {
        set(&*store, name, "pending").await;
        heard(&mut other, std::slice::from_ref(name)).await;
    }
    let more: Vec<_> = (0..3_000).map(|number| (id(&format!("more-{number}")), job("pending"))).collect();
    let all: Vec<String> = names.into_iter().chain(more.iter().map(|(id, _)| id.to_string())).collect();
    for result in store.create_many(JOBS, more).await {
        result.unwrap();
    }
    let count = heard(&mut watch, &all).await;
    assert!(count < 2 * all.len(), "{count} events of {} changes", all.len());
    let resumed = watch.position().clone();
    set(&*store, "last", "pending").await;
    heard(&mut watch, &["last".to_owned()]).await;
    let mut later = SyncJobWatch::open(hub, Some(resumed), false).await.unwrap();
    heard(&mut later, &["last".to_owned()]).await;
}

#[tokio::test]
async fn from_each_position_nothing_is_missed() {
    let (store, hub) = store_and_hub();
    let names = names(200);
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let documents = names.iter().map(|name| (id(name), job("pending"))).collect();
    for result in store.create_many(JOBS, documents).await {
        result.unwrap();
    }
    let mut missing: BTreeSet<String> = names.iter().cloned().collect();
    while !missing.is_empty() {
        let WatchNews::Changed(changed) = timeout(LONG, watch.next()).await.unwrap() else { panic!() };
        changed.jobs.iter().for_each(|job| {
            missing.remove(job.id.as_str());
        });
        let position = watch.position().clone();
        assert_eq!(position, changed.position);
        let rest: Vec<String> = missing.iter().cloned().collect();
        let mut resumed = SyncJobWatch::open(Arc::clone(&hub), Some(position), false).await.unwrap();
        heard(&mut resumed, &rest).await;
    }
}

#[tokio::test]
async fn a_deletion_is_told() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "pending").await;
    let mut watch = SyncJobWatch::open(hub, None, false).await.unwrap();
    store.remove_all(JOBS, &[id("j")]).await.unwrap();
    let WatchNews::Changed(changed) = timeout(LONG, watch.next()).await.unwrap() else { panic!() };
    let ChangedJobs { jobs, .. } = &*changed;
    let last = FilteredValues::of(JOBS, &job("pending"));
    let is_last = matches!(&jobs[0].state, JobState::Deleted(values) if *values == Some(last));
    assert!(jobs.len() == 1 && jobs[0].id == id("j") && is_last, "{jobs:?}");
}

#[tokio::test]
async fn nobody_asks_the_store_when_nobody_waits() {
    let (store, hub) = store_and_hub();
    set(&*store, "j", "pending").await;
    assert!(!wait(&hub, &Sight::EVERYTHING, &id("j"), Duration::from_millis(50)).await.unwrap().has_ended);
    drop(SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap());
    let (mut looks, mut since) = (store.looks.load(Relaxed), Instant::now());
    let start = Instant::now();
    // Twice as long as one look waits.
    while since.elapsed() < Duration::from_secs(10) {
        assert!(start.elapsed() < Duration::from_mins(1), "it asks on and on");
        sleep(Duration::from_millis(100)).await;
        let now = store.looks.load(Relaxed);
        if now != looks {
            (looks, since) = (now, Instant::now());
        }
    }
    // It begins anew with the next who waits.
    let task = waiting(&store, &hub, &["j".to_owned()]).await.remove(0);
    set(&*store, "j", "completed").await;
    assert!(task.await.unwrap().unwrap());
}

#[tokio::test]
async fn positions_advance_with_changes_of_others() {
    let (store, hub) = store_and_hub();
    let mut watch = SyncJobWatch::open(hub, None, false).await.unwrap();
    let before = watch.position().clone();
    tokio::spawn(async move {
        for number in 0.. {
            let lease = Document::parse("{}").unwrap();
            store.create(Collection::LEASES, &id(&format!("lease-{number}")), lease).await.unwrap();
            sleep(Duration::from_secs(1)).await;
        }
    });
    let WatchNews::Changed(changed) = timeout(LONG, watch.next()).await.unwrap() else { panic!() };
    assert!(changed.jobs.is_empty());
    assert_ne!(watch.position(), &before);
}

#[test]
fn the_task_may_end_with_its_runtime() {
    let (store, hub) = store_and_hub();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let mut watch = first.block_on(async {
        let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
        for name in ["j", "k"] {
            set(&*store, name, "pending").await;
            heard(&mut watch, &[name.to_owned()]).await;
        }
        watch
    });
    drop(first);
    second.block_on(async {
        let told = timeout(LONG, watch.next()).await.unwrap();
        assert!(matches!(told, WatchNews::Failed(_)), "{told:?}");
        let task = waiting(&store, &hub, &["j".to_owned()]).await.remove(0);
        set(&*store, "j", "completed").await;
        assert!(timeout(LONG, task).await.unwrap().unwrap().unwrap());
    });
}
