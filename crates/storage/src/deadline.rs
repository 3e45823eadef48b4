//! How long a call to a store may take.

use std::time::{Duration, Instant};

/// How long a call to a store may take. A store whose server may be slow has limits of its own, and counts them from
/// the start of the work that the call is a part of: so a request of several calls ends in time as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    start: Option<Instant>,
    end: Option<Instant>,
}

impl Deadline {
    /// The limits of the store alone, counted from the call.
    pub const NONE: Self = Self { start: None, end: None };

    /// For all calls of a piece of work that begins now, such as a request of a client: the limits of the store, counted
    /// from here.
    #[must_use]
    pub fn of_work_from_now() -> Self {
        Self { start: Some(Instant::now()), end: None }
    }

    /// The same, and no later than so long from now.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        // A time that no clock reaches is no limit.
        self.and(Self { start: None, end: Instant::now().checked_add(longest) })
    }

    /// What holds where both do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earlier = |left: Option<Instant>, right| left.into_iter().chain(right).min();
        Self { start: earlier(self.start, other.start), end: earlier(self.end, other.end) }
    }

    /// When the work began, if the call is a part of any.
    #[must_use]
    pub const fn start(self) -> Option<Instant> {
        self.start
    }

    /// When the call ends at the latest, if that was said.
    #[must_use]
    pub const fn end(self) -> Option<Instant> {
        self.end
    }

    /// The end of a call that has so much time by itself.
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
