//! Tests of background tasks with leases, over every backend.
#![allow(missing_docs, reason = "a test")]

mod place;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tributary_service::tasks::{LeaseTerms, Task, TaskRunner};
use tributary_service::{Context, SortableIds, SystemClock};
use tributary_storage::Store;

use place::{SharedPlace, place};

/// Shared counters of the processes of a test.
#[derive(Debug, Default)]
struct Seen {
    at_work: AtomicU64,
    rounds: AtomicU64,
    /// How often a process was at work while another one was.
    overlaps: AtomicU64,
}

/// A task that only counts its rounds.
struct Noting(Arc<Seen>);

/// Records the end of a round, also if the round is dropped.
struct AtWork<'s>(&'s Seen);

impl<'s> AtWork<'s> {
    fn begin(seen: &'s Seen) -> Self {
        if seen.at_work.fetch_add(1, Ordering::SeqCst) > 0 {
            seen.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        seen.rounds.fetch_add(1, Ordering::SeqCst);
        Self(seen)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Task for Noting {
    fn name(&self) -> &'static str {
        "noting"
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(1)
    }

    async fn run(&self, _: &dyn Store, context: &Context) {
        assert_eq!(context.principal().name(), "noting");
        let _at_work = AtWork::begin(&self.0);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A process that carries out the task until it is killed.
fn process(store: &Arc<dyn Store>, terms: LeaseTerms, seen: &Arc<Seen>) -> tokio::task::JoinHandle<()> {
    let runner = TaskRunner::new(Arc::clone(store), Arc::new(SystemClock), Arc::new(SortableIds), "test")
        .with_terms(terms);
    let task = Noting(Arc::clone(seen));
    tokio::spawn(async move { runner.run(&task, std::future::pending()).await })
}

/// Waits until the task was carried out again, and answers after how long.
async fn next_round(seen: &Seen) -> Duration {
    let (start, before) = (Instant::now(), seen.rounds.load(Ordering::SeqCst));
    while seen.rounds.load(Ordering::SeqCst) == before {
        assert!(start.elapsed() < Duration::from_mins(2), "nobody carries out the task");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    start.elapsed()
}

async fn one_at_a_time_and_another_after_a_kill(backend: &str) {
    let Some(SharedPlace { stores, .. }) = &place(backend).await else { return };
    let (terms, seen) = (LeaseTerms::lasting(Duration::from_secs(3)), Arc::new(Seen::default()));
    let mut processes = stores.iter().map(|store| process(store, terms, &seen)).collect::<Vec<_>>();
    for round in 0..4 {
        next_round(&seen).await;
        // Killed: nothing is given back. Whichever of the two it is, another one comes.
        let (killed, store) = (round % 2, &stores[round % 2]);
        processes[killed].abort();
        let _ = (&mut processes[killed]).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        processes[killed] = process(store, terms, &seen);
        next_round(&seen).await;
    }
    assert_eq!(seen.overlaps.load(Ordering::SeqCst), 0, "two processes had the lease at a time");
    processes.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn a_killed_holder_is_followed_within_half_a_minute(backend: &str) {
    let Some(SharedPlace { stores: [first, second], .. }) = &place(backend).await else { return };
    let seen = Arc::new(Seen::default());
    let holder = process(first, LeaseTerms::default(), &seen);
    next_round(&seen).await;
    let follower = process(second, LeaseTerms::default(), &Arc::clone(&seen));
    tokio::time::sleep(Duration::from_secs(1)).await;
    holder.abort();
    let _ = holder.await;
    let after = next_round(&seen).await;
    assert!(after < Duration::from_secs(30), "followed after {after:?}");
    assert!(after > Duration::from_secs(5), "the lease was not respected: followed after {after:?}");
    assert_eq!(seen.overlaps.load(Ordering::SeqCst), 0);
    follower.abort();
}

async fn a_lease_that_is_given_back_is_taken_at_once(backend: &str) {
    let Some(SharedPlace { stores: [first, second], .. }) = &place(backend).await else { return };
    // Nobody would get it otherwise while the test runs.
    let (terms, seen) = (LeaseTerms::lasting(Duration::from_secs(6)), Arc::new(Seen::default()));
    let runner = TaskRunner::new(Arc::clone(first), Arc::new(SystemClock), Arc::new(SortableIds), "test")
        .with_terms(terms);
    let task = Noting(Arc::clone(&seen));
    // It has the lease in its first round.
    runner
        .run(&task, async {
            let _ = next_round(&seen).await;
        })
        .await;
    let follower = process(second, terms, &seen);
    let after = next_round(&seen).await;
    assert!(after < Duration::from_secs(4), "taken after {after:?}");
    follower.abort();
}

macro_rules! over {
    ($($module:ident: $backend:literal),*) => {$(
        mod $module {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn one_at_a_time_and_another_after_a_kill() {
                super::one_at_a_time_and_another_after_a_kill($backend).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn a_killed_holder_is_followed_within_half_a_minute() {
                super::a_killed_holder_is_followed_within_half_a_minute($backend).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn a_lease_that_is_given_back_is_taken_at_once() {
                super::a_lease_that_is_given_back_is_taken_at_once($backend).await;
            }
        }
    )*};
}
over! {
    memory: "memory",
    embedded: "embedded",
    sqlite: "sqlite",
    opensearch: "opensearch",
    opensearch_2: "opensearch-2",
    elasticsearch: "elasticsearch",
    elasticsearch_8: "elasticsearch-8"
}
