//! Waiting for changes: waiters poll the servers in turns and share the results.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio::sync::{Mutex, watch};

use super::connection::Connection;
use super::look::{Seen, between, present};
use super::marks::Marks;
use super::problem::{LostResource, same};
use crate::{Changes, Deadline, Position, StoreError};

/// The polling interval while somebody waits.
const PAUSE: Duration = Duration::from_millis(500);

/// Within this time a server may not have answered.
const SHORT: Duration = Duration::from_secs(1);

/// The state shared by those who wait for changes.
#[derive(Debug)]
pub(super) struct Watch {
    /// The time of the last write by this store, or of its closing.
    woken: watch::Sender<Instant>,
    latest: Mutex<Option<Look>>,
    seen: Mutex<Option<Shared>>,
}

/// The latest known marks of the indices.
#[derive(Debug)]
struct Look {
    start: Instant,
    result: Result<Arc<Marks>, StoreError>,
}

/// The changes between two marks.
#[derive(Debug)]
struct Shared {
    told: Marks,
    present: Arc<Marks>,
    seen: Seen,
}

/// Why a wait ends.
enum Stop {
    Closed,
    TimeIsUp,
}

impl Default for Watch {
    fn default() -> Self {
        Self { woken: watch::Sender::new(Instant::now()), latest: Mutex::new(None), seen: Mutex::new(None) }
    }
}

impl Watch {
    /// Makes waiters poll at once.
    pub(super) fn wake(&self) {
        self.woken.send_replace(Instant::now());
    }

    /// The changes after a position, as soon as there are any; none if the deadline passes.
    pub(super) async fn changes(
        &self,
        connection: &Arc<Connection>,
        since: Option<Position>,
        deadline: Deadline,
    ) -> Result<Changes, StoreError> {
        let end = deadline.end();
        let mut wanted = Instant::now();
        let mut told = since.as_ref().map(Marks::of);
        // The result on timeout.
        let mut answer = match since {
            // Too short to conclude that the server is unavailable: nothing was reported, and nothing is missed.
            Some(position) if end.is_some_and(|end| end < wanted + SHORT) => {
                Ok(Changes::none(position, true))
            }
            _ => Err(StoreError::unavailable("the server did not say in time what has changed")),
        };
        loop {
            let looked = async {
                let (start, present) = self.look(connection, wanted).await?;
                let seen = match &told {
                    Some(Some(told)) if told.is_continued_by(&present) => {
                        Some(self.between(connection, told, &present).await?)
                    }
                    _ => None,
                };
                Ok((start, present, seen))
            };
            let pause = match self.until(connection, end, looked).await {
                Err(Stop::Closed) => return Err(StoreError::unavailable("it was closed")),
                Err(Stop::TimeIsUp) => return answer,
                Ok(Ok((_, present, None))) => return Ok(Changes::none(present.position(), told.is_none())),
                Ok(Ok((start, _, Some(Seen { marks, changed, deleted })))) => {
                    let is_quiet = changed.is_empty();
                    let changes = Changes { position: marks.position(), changed, deleted, is_complete: true };
                    if !is_quiet {
                        return Ok(changes);
                    }
                    answer = Ok(changes);
                    told = Some(Some(marks));
                    // A poll by another waiter is sufficient if it is more recent.
                    wanted = start + Duration::from_nanos(1);
                    start + PAUSE
                }
                Ok(Err(error @ StoreError::Unavailable(_)))
                    if end.is_some() || LostResource::of(&error).is_some() =>
                {
                    answer = Err(error);
                    wanted = Instant::now();
                    wanted + PAUSE
                }
                Ok(Err(error)) => return Err(error),
            };
            match self.until(connection, end, self.pause(wanted, pause)).await {
                Ok(woken) => wanted = wanted.max(woken),
                Err(Stop::Closed) => return Err(StoreError::unavailable("it was closed")),
                Err(Stop::TimeIsUp) => return answer,
            }
        }
    }

    /// Waits for the polling interval, or for a write after the last poll; returns the time of that write.
    async fn pause(&self, looked: Instant, until: Instant) -> Instant {
        let mut woken = self.woken.subscribe();
        let written = pin!(woken.wait_for(|woken| *woken > looked));
        match tokio::time::timeout_at(until.into(), written).await {
            Ok(Ok(woken)) => *woken,
            _ => looked,
        }
    }

    /// Runs a future, unless the store is closed or the deadline passes first.
    async fn until<T>(
        &self,
        connection: &Connection,
        end: Option<Instant>,
        work: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let mut woken = self.woken.subscribe();
        let stop = async {
            let closed = woken.wait_for(|_| connection.is_closed());
            match end {
                Some(end) => tokio::time::timeout_at(end.into(), closed).await.is_err(),
                None => closed.await.is_err(),
            }
        };
        match select(pin!(work), pin!(stop)).await {
            Either::Left((result, _)) => Ok(result),
            Either::Right((true, _)) => Err(Stop::TimeIsUp),
            Either::Right((false, _)) => Err(Stop::Closed),
        }
    }

    /// The current marks with the time they were read, not before the requested time.
    async fn look(
        &self,
        connection: &Arc<Connection>,
        wanted: Instant,
    ) -> Result<(Instant, Arc<Marks>), StoreError> {
        let mut latest = self.latest.lock().await;
        let look = match latest.take() {
            Some(look) if look.start >= wanted => look,
            _ => Look { start: Instant::now(), result: present(connection).await.map(Arc::new) },
        };
        let Look { start, result } = latest.insert(look);
        match result {
            Ok(present) => Ok((*start, Arc::clone(present))),
            Err(error) => Err(same(error)),
        }
    }

    /// The changes between two marks. Many waiters share the same position.
    async fn between(
        &self,
        connection: &Arc<Connection>,
        told: &Marks,
        present: &Arc<Marks>,
    ) -> Result<Seen, StoreError> {
        let mut shared = self.seen.lock().await;
        if let Some(shared) = &*shared
            && Arc::ptr_eq(&shared.present, present)
            && (&shared.told.indices, &shared.told.pending) == (&told.indices, &told.pending)
        {
            return Ok(shared.seen.clone());
        }
        let seen = between(connection, told, present).await?;
        *shared = Some(Shared { told: told.clone(), present: Arc::clone(present), seen: seen.clone() });
        Ok(seen)
    }
}
