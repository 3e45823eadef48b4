//! Those who wait for changes of sync jobs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{broadcast, watch};
use tributary_domain::Id;
use tributary_storage::{Position, StoreError};

use super::changed::{ChangedJobs, JobState, UnreadJob};

/// How many portions of changes are kept for a follower that is slow.
const KEPT_PORTIONS: usize = 64;
/// How often those who follow all changes get a new position, if no sync job changes.
const ADVANCE_INTERVAL: Duration = Duration::from_secs(10);

/// What happened to a job that somebody waits for.
#[derive(Debug, Clone)]
pub(in crate::sync_job) enum JobNews {
    /// Nothing yet.
    Nothing,
    /// It was changed; its text, and whether it has a final status.
    Changed(Bytes, bool),
    /// It was deleted.
    Deleted,
    /// It may have changed unnoticed, and has to be read again.
    Unknown,
    /// The store failed.
    Failed(Arc<StoreError>),
}

/// What happened to all jobs.
#[derive(Debug, Clone)]
pub(in crate::sync_job) enum FeedNews {
    /// Jobs changed.
    Changed(Arc<ChangedJobs>),
    /// The feed begins at this position, or has begun anew: earlier changes may be missing.
    Begun(Position),
    /// The store failed.
    Failed(Arc<StoreError>),
}

/// Those who wait for single jobs, and those who follow all of them.
#[derive(Debug)]
pub(super) struct Subscribers {
    state: Mutex<State>,
    /// How many of them ask which connectors exist.
    connector_interests: AtomicUsize,
    is_ending: watch::Sender<bool>,
}

/// Somebody asks which connectors of changed jobs exist, until this is dropped.
#[derive(Debug)]
pub(in crate::sync_job) struct ConnectorInterest(Arc<Subscribers>);

impl Drop for ConnectorInterest {
    fn drop(&mut self) {
        self.0.connector_interests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct State {
    /// Whether the task runs that passes changes on.
    is_followed: bool,
    /// Every change after this position is passed on to followers; `None` if nothing is known yet.
    position: Option<Position>,
    /// When followers last heard something.
    told: Instant,
    jobs: HashMap<Id, watch::Sender<JobNews>>,
    feed: broadcast::Sender<FeedNews>,
}

/// Waits for the changes of one job.
#[derive(Debug)]
pub(in crate::sync_job) struct JobSubscription {
    id: Id,
    news: Option<watch::Receiver<JobNews>>,
    subscribers: Arc<Subscribers>,
}

impl Subscribers {
    pub(super) fn new() -> Self {
        let state = State {
            is_followed: false,
            position: None,
            told: Instant::now(),
            jobs: HashMap::new(),
            feed: broadcast::Sender::new(KEPT_PORTIONS),
        };
        let is_ending = watch::Sender::new(false);
        Self { state: Mutex::new(state), connector_interests: AtomicUsize::new(0), is_ending }
    }

    /// Has it looked up which connectors exist, for as long as the answer is kept.
    pub(super) fn interest_in_connectors(self: &Arc<Self>) -> ConnectorInterest {
        self.connector_interests.fetch_add(1, Ordering::Relaxed);
        ConnectorInterest(Arc::clone(self))
    }

    /// Whether anybody asks which connectors exist.
    pub(super) fn need_connectors(&self) -> bool {
        self.connector_interests.load(Ordering::Relaxed) > 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes to a job; what changes from now on is passed on.
    pub(super) fn job(self: &Arc<Self>, id: &Id) -> JobSubscription {
        let mut state = self.state();
        let sender = state.jobs.entry(id.clone()).or_insert_with(|| watch::Sender::new(JobNews::Nothing));
        let news = Some(sender.subscribe());
        JobSubscription { id: id.clone(), news, subscribers: Arc::clone(self) }
    }

    /// Subscribes to all jobs: what changes after the position is passed on. Without a position, the news that the feed
    /// begins is still to come.
    pub(super) fn feed(&self) -> (broadcast::Receiver<FeedNews>, Option<Position>) {
        let state = self.state();
        (state.feed.subscribe(), state.position.clone())
    }

    /// Whether the task has to be started; the caller starts it.
    pub(super) fn need_task(&self) -> bool {
        let mut state = self.state();
        let is_needed = !state.is_followed && !*self.is_ending.borrow();
        state.is_followed |= is_needed;
        is_needed
    }

    /// Ends the task: at once if the service stops, otherwise if nobody is waiting.
    pub(super) fn stop_task(&self) -> bool {
        let mut state = self.state();
        if *self.is_ending.borrow() || state.is_unused() {
            (state.is_followed, state.position) = (false, None);
        }
        !state.is_followed
    }

    /// Called when the task is gone, whatever the reason.
    pub(super) fn task_is_gone(&self) {
        if self.state().is_followed {
            let reason = "the task that follows changes has ended";
            self.fail(&Arc::new(StoreError::unavailable(reason)));
            let mut state = self.state();
            (state.is_followed, state.position) = (false, None);
        }
    }

    pub(super) fn is_unused(&self) -> bool {
        self.state().is_unused()
    }

    /// The feed begins at a position; earlier changes may have been missed.
    pub(super) fn begin(&self, position: Position) {
        let mut state = self.state();
        state.position = Some(position.clone());
        state.tell_all(&JobNews::Unknown, FeedNews::Begun(position));
    }

    /// Of the jobs that have changed up to a position, those that somebody waits for: all of them if somebody follows.
    pub(super) fn wanted(&self, mut changed: Vec<UnreadJob>, position: &Position) -> Vec<UnreadJob> {
        let mut state = self.state();
        if state.feed.receiver_count() == 0 {
            // Who follows from now on begins after these changes.
            state.position = Some(position.clone());
            changed.retain(|job| state.jobs.contains_key(&job.id));
        }
        changed
    }

    /// Passes changes on.
    pub(super) fn tell(&self, changed: ChangedJobs) {
        let mut state = self.state();
        for job in &changed.jobs {
            if let Some(waiting) = state.jobs.get(&job.id) {
                waiting.send_replace(match &job.state {
                    JobState::Present(one) => JobNews::Changed(one.text.clone(), one.job.has_ended()),
                    JobState::Deleted(_) => JobNews::Deleted,
                });
            }
        }
        if state.feed.receiver_count() > 0 && (!changed.jobs.is_empty() || state.is_quiet()) {
            (state.position, state.told) = (Some(changed.position.clone()), Instant::now());
            let _ = state.feed.send(FeedNews::Changed(Arc::new(changed)));
        }
    }

    /// Tells everybody that the store failed.
    pub(super) fn fail(&self, error: &Arc<StoreError>) {
        let mut state = self.state();
        // Who comes now asks the store first.
        state.position = None;
        state.tell_all(&JobNews::Failed(Arc::clone(error)), FeedNews::Failed(Arc::clone(error)));
    }

    /// Ends all waits, also those that begin later.
    pub(super) fn end(&self) {
        self.is_ending.send_replace(true);
    }

    /// Completes when all waits end.
    pub(super) async fn ended(&self) {
        // The sender lives as long as this.
        let _ = self.is_ending.subscribe().wait_for(|is_ending| *is_ending).await;
    }
}

impl State {
    fn is_unused(&self) -> bool {
        self.jobs.is_empty() && self.feed.receiver_count() == 0
    }

    /// Whether followers have not heard anything for a while.
    fn is_quiet(&self) -> bool {
        self.told.elapsed() >= ADVANCE_INTERVAL
    }

    fn tell_all(&self, job: &JobNews, feed: FeedNews) {
        for waiting in self.jobs.values() {
            waiting.send_replace(job.clone());
        }
        // Without receivers there is nobody to tell.
        let _ = self.feed.send(feed);
    }
}

impl JobSubscription {
    /// Waits for the next news; only the latest is kept.
    pub(in crate::sync_job) async fn next(&mut self) -> JobNews {
        let Some(news) = &mut self.news else { return JobNews::Unknown };
        // The sender lives as long as its receivers.
        let _ = news.changed().await;
        news.borrow_and_update().clone()
    }
}

impl Drop for JobSubscription {
    fn drop(&mut self) {
        let mut state = self.subscribers.state();
        self.news = None;
        if state.jobs.get(&self.id).is_some_and(|sender| sender.receiver_count() == 0) {
            state.jobs.remove(&self.id);
        }
    }
}
