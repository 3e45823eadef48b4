//! Deadlines of calls to a store.

use std::time::{Duration, Instant};

/// How long a call to a store may take. A store over a server has time limits of its own, which count from the start
/// of the work that the call belongs to, so that a request with several calls stays within them as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    start: Option<Instant>,
    end: Option<Instant>,
}

impl Deadline {
    /// Only the limits of the store, counted from the call.
    pub const NONE: Self = Self { start: None, end: None };

    /// The deadline of all calls of a piece of work that begins now, such as a client's request: the limits of the store
    /// count from here.
    #[must_use]
    pub fn of_work_from_now() -> Self {
        Self { start: Some(Instant::now()), end: None }
    }

    /// The same deadline, but at most so long from now.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        // On overflow there is no limit.
        self.and(Self { start: None, end: Instant::now().checked_add(longest) })
    }

    /// The earlier of both deadlines.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earlier = |left: Option<Instant>, right| left.into_iter().chain(right).min();
        Self { start: earlier(self.start, other.start), end: earlier(self.end, other.end) }
    }

    /// When the work began that the call belongs to, if any.
    #[must_use]
    pub const fn start(self) -> Option<Instant> {
        self.start
    }

    /// When the call must end, if there is a limit.
    #[must_use]
    pub const fn end(self) -> Option<Instant> {
        self.end
    }

    /// The end of a call to a store with this time limit.
    #[must_use]
    pub fn end_of(self, longest: Duration) -> Instant {
        let own = self.start.unwrap_or_else(Instant::now) + longest;
        self.end.map_or(own, |end| end.min(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_limit_holds() {
        let (second, hour) = (Duration::from_secs(1), Duration::from_hours(1));
        let work = Deadline::of_work_from_now();
        assert_eq!(work.end_of(second), work.start().unwrap() + second);
        assert!(work.within(second).end_of(hour) <= Instant::now() + second);
        assert!(work.within(hour).within(second).end_of(hour) <= Instant::now() + second);
        assert!(
            Deadline::NONE.within(second).and(Deadline::NONE.within(hour)).end().unwrap()
                < Instant::now() + hour
        );
        assert_eq!(Deadline::NONE.within(Duration::MAX).end(), None);
        assert_eq!(Deadline::NONE.and(work).start(), work.start());
    }
}
