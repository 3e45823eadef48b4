//! Following the changes of all sync jobs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tributary_storage::{Changes, Deadline, Position, SMALLEST_PART, StoreError};

use super::hub::{ChangedJob, ChangedJobs, ConnectorInterest, FeedNews, PORTION, SyncJobHub, UnreadJob};
use crate::error::repeated;
use crate::{Result, ServiceError};

/// How long catching up waits for a change that the store may not know yet.
const CATCH_UP: Duration = Duration::from_secs(5);
/// How many changes a follower may have missed without needing a permit to catch up.
const FEW: usize = 256;

/// A follower of the changes of all sync jobs, from a position on. It never misses a change without being told: each
/// job that changed is passed on at least once after its last change.
///
/// However slow it is, it needs little memory: changes that it does not take in time are read again.
#[derive(Debug)]
pub struct SyncJobWatch {
    hub: Arc<SyncJobHub>,
    news: Receiver<FeedNews>,
    position: Position,
    /// Whether all changes after the position come from the hub.
    is_live: bool,
    missed: Option<Missed>,
    /// When it last read jobs itself.
    read: Option<Instant>,
    /// If it asks which connectors exist.
    interest: Option<ConnectorInterest>,
}

/// Changes that were missed, and are read by and by.
#[derive(Debug)]
struct Missed {
    jobs: VecDeque<UnreadJob>,
    /// The position after them.
    position: Position,
    /// Whether the hub passes on all later changes.
    is_all: bool,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What a follower hears.
#[derive(Debug)]
pub enum WatchNews {
    /// Jobs have changed.
    Changed(Arc<ChangedJobs>),
    /// Changes before this position may be missing, since the previous one is too old, or of another store: all jobs
    /// have to be read again, and what changes from now on is passed on.
    Gap(Position),
    /// The store failed; the follower may go on, or come back later.
    Failed(ServiceError),
    /// The service stops.
    Ended,
}

impl SyncJobWatch {
    /// Follows the changes after a position, or those from now on. Which of the jobs are orphaned is looked up only if
    /// somebody asks for it.
    pub async fn open(hub: Arc<SyncJobHub>, since: Option<Position>, asks_for_orphans: bool) -> Result<Self> {
        let interest = asks_for_orphans.then(|| hub.interest_in_connectors());
        let (mut news, present) = hub.feed();
        let present = if let Some(present) = present { present } else { beginning(&hub, &mut news).await? };
        let is_live = since.as_ref().is_none_or(|since| *since == present);
        let position = since.unwrap_or(present);
        Ok(Self { hub, news, position, is_live, missed: None, read: None, interest })
    }

    /// The position from which to go on after what was heard so far.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Waits for the next news. If this future is dropped, nothing is missed.
    pub async fn next(&mut self) -> WatchNews {
        let hub = Arc::clone(&self.hub);
        tokio::select! {
            news = self.news() => news,
            () = hub.ended() => WatchNews::Ended,
        }
    }

    async fn news(&mut self) -> WatchNews {
        loop {
            let news = if self.is_live { self.live_news().await } else { self.catch_up().await.transpose() };
            match news {
                None => {}
                Some(Ok(news)) => return news,
                Some(Err(error)) => return WatchNews::Failed(error.into()),
            }
        }
    }

    /// News of the hub; none where changes were missed.
    async fn live_news(&mut self) -> Option<Result<WatchNews, StoreError>> {
        match self.news.recv().await {
            // Known from catching up.
            Ok(FeedNews::Changed(changed)) if changed.is_last && changed.position == self.position => {}
            // Its jobs may have been passed on in a later state, or were read before anybody asked for their connectors.
            Ok(FeedNews::Changed(changed))
                if self.read.is_some_and(|read| changed.begun < read)
                    || (self.interest.is_some() && !changed.knows_connectors) =>
            {
                let jobs = changed.jobs.iter().map(ChangedJob::unread).collect();
                let position = changed.position.clone();
                (self.missed, self.is_live) =
                    (Some(Missed { jobs, position, is_all: true, _permit: None }), false);
            }
            Ok(FeedNews::Changed(changed)) => {
                self.position = changed.position.clone();
                return Some(Ok(WatchNews::Changed(changed)));
            }
            Ok(FeedNews::Failed(error)) => return Some(Err(repeated(&error))),
            Ok(FeedNews::Begun(position)) if position == self.position => {}
            // The feed begins anew, or more has happened than is kept.
            Ok(FeedNews::Begun(_)) | Err(_) => self.is_live = false,
        }
        None
    }

    /// Reads some of the changes that were missed; none where the last of them were read.
    async fn catch_up(&mut self) -> Result<Option<WatchNews>, StoreError> {
        let Some(missed) = &mut self.missed else { return self.look().await };
        let is_last = missed.jobs.len() <= PORTION;
        let position = if is_last { &missed.position } else { &self.position };
        let portion: Vec<UnreadJob> = missed.jobs.iter().take(PORTION).cloned().collect();
        let with_connectors = self.interest.is_some();
        let (store, position) = (self.hub.store(), position.clone());
        let changed = ChangedJobs::read(store, &portion, position, is_last, with_connectors).await?;
        missed.jobs.drain(..portion.len());
        self.read = Some(Instant::now());
        self.position = changed.position.clone();
        if missed.jobs.is_empty() {
            self.is_live = missed.is_all;
            self.missed = None;
        }
        Ok(Some(WatchNews::Changed(Arc::new(changed))))
    }

    /// Looks for changes that were missed.
    async fn look(&mut self) -> Result<Option<WatchNews>, StoreError> {
        // What happens after this subscription is not missed.
        let (news, _) = self.hub.feed();
        self.news = news;
        let mut permit = None;
        let (jobs, position, is_all) = loop {
            let since = Some(self.position.clone());
            let deadline = Deadline::NONE.within(CATCH_UP);
            let Changes { position, changed, deleted, is_complete } =
                self.hub.store().changes(since, deadline).await?;
            if !is_complete {
                (self.position, self.is_live) = (position.clone(), true);
                return Ok(Some(WatchNews::Gap(position)));
            }
            let is_all = changed.len() < SMALLEST_PART;
            let jobs: VecDeque<UnreadJob> = UnreadJob::among(changed, deleted).collect();
            if jobs.len() <= FEW || permit.is_some() {
                break (jobs, position, is_all);
            }
            drop(jobs);
            permit = Arc::clone(self.hub.large_catch_ups()).acquire_owned().await.ok();
        };
        if jobs.is_empty() {
            (self.position, self.is_live) = (position, is_all);
        } else {
            self.missed = Some(Missed { jobs, position, is_all, _permit: permit });
        }
        Ok(None)
    }
}

/// The position from which the hub passes on every change, once it is known.
async fn beginning(hub: &SyncJobHub, news: &mut Receiver<FeedNews>) -> Result<Position> {
    loop {
        let heard = tokio::select! {
            heard = news.recv() => heard,
            // Nothing begins any more: the first news will be the end.
            () = hub.ended() => {
                return Ok(hub.store().changes(None, Deadline::of_work_from_now()).await?.position);
            }
        };
        match heard {
            Ok(FeedNews::Begun(position)) => return Ok(position),
            Ok(FeedNews::Changed(_)) | Err(RecvError::Lagged(_)) => {}
            Ok(FeedNews::Failed(error)) => return Err(repeated(&error).into()),
            Err(RecvError::Closed) => return Err(StoreError::unavailable("no changes are followed").into()),
        }
    }
}
