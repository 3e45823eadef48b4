//! Admits requests within the limits.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{BoxStream, StreamExt as _};

use super::limit_reached::LimitReached;
use super::memory::MemoryBudget;
use super::places::{Full, Places, TakenPlace};
use super::rate::Rate;
use super::request_limits::RequestLimits;

/// Holds requests to the limits.
#[derive(Debug)]
pub(crate) struct Limiter {
    rate: Rate,
    running: Arc<Places>,
    waiting: Arc<Places>,
    pub(crate) bodies: Arc<MemoryBudget>,
    pub(crate) answers: Arc<MemoryBudget>,
}

impl Limiter {
    pub(crate) fn new(limits: &RequestLimits) -> Arc<Self> {
        Arc::new(Self {
            rate: Rate::new(limits.per_second, limits.per_second_per_key),
            running: Places::new(limits.running, limits.running_per_key),
            waiting: Places::new(limits.waiting, limits.waiting_per_key),
            bodies: MemoryBudget::new(limits.body_memory),
            answers: MemoryBudget::new(limits.answer_memory),
        })
    }

    /// Counts a request of a key before anything of its body is read. It does not run yet: the body may take long.
    pub(crate) fn admit(&self, key: &str) -> Result<(), LimitReached> {
        self.running.check(key).map_err(running)?;
        self.rate.count(key)
    }

    /// A place for a request that was admitted and runs from now on.
    pub(crate) fn start(self: &Arc<Self>, key: &str) -> Result<Place, LimitReached> {
        let taken = self.running.take(key).map_err(running)?;
        Ok(Place(Some(Arc::new(PlaceState {
            limiter: Arc::clone(self),
            key: key.into(),
            taken: Mutex::new(taken),
        }))))
    }
}

fn running(Full { most, scope }: Full) -> LimitReached {
    LimitReached::Running { most, scope }
}

/// The place of a request, taken until all clones are dropped.
#[derive(Debug, Clone)]
pub(crate) struct Place(Option<Arc<PlaceState>>);

#[derive(Debug)]
struct PlaceState {
    limiter: Arc<Limiter>,
    key: Box<str>,
    taken: Mutex<TakenPlace>,
}

impl Place {
    /// Of a request that no limit holds for.
    pub(crate) const EXEMPT: Self = Self(None);

    /// Leaves the place among the requests that run for one among those that wait.
    pub(crate) fn begin_wait(&self) -> Result<(), LimitReached> {
        let Some(place) = &self.0 else { return Ok(()) };
        let waiting = place.limiter.waiting.take(&place.key);
        let waiting = waiting.map_err(|Full { most, scope }| LimitReached::Waiting { most, scope })?;
        *place.taken.lock().unwrap_or_else(PoisonError::into_inner) = waiting;
        Ok(())
    }

    /// A stream that keeps the place until it ends.
    pub(crate) fn held_by<T: 'static>(self, stream: BoxStream<'static, T>) -> BoxStream<'static, T> {
        stream.inspect(move |_| _ = &self).boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::limits::LimitScope::{All, Key};

    fn limiter(change: impl FnOnce(&mut RequestLimits)) -> Arc<Limiter> {
        let mut limits = RequestLimits::default();
        change(&mut limits);
        Limiter::new(&limits)
    }

    #[test]
    fn what_waits_does_not_run() {
        let limiter = limiter(|limits| (limits.running, limits.waiting) = (1, 1));
        let full = LimitReached::Running { most: 1, scope: All };
        let first = limiter.start("a").unwrap();
        assert_eq!((limiter.admit("b"), limiter.start("b").err()), (Err(full), Some(full)));
        first.begin_wait().unwrap();
        let second = limiter.start("b").unwrap();
        assert_eq!(second.begin_wait(), Err(LimitReached::Waiting { most: 1, scope: All }));
        drop(second);
        assert_eq!(limiter.admit("b"), Ok(()));
        let stream = first.held_by(stream::iter([1, 2]).boxed());
        let third = limiter.start("c").unwrap();
        assert!(third.begin_wait().is_err(), "a stream keeps its place");
        drop(stream);
        third.begin_wait().unwrap();
    }

    #[test]
    fn one_key_leaves_the_others_their_places() {
        let limiter = limiter(|limits| limits.running_per_key = Some(1));
        let first = limiter.start("a").unwrap();
        assert_eq!(limiter.admit("a"), Err(LimitReached::Running { most: 1, scope: Key }));
        assert_eq!(limiter.admit("b"), Ok(()));
        drop(first);
        assert_eq!(limiter.admit("a"), Ok(()));
    }
}
