//! How long a call may take, over all requests that it makes to the servers.

use std::time::{Duration, Instant};

use crate::Deadline;

/// Whether something is changed, which decides how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Change,
}

/// How long anything may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    pub(super) change: Duration,
    pub(super) read: Duration,
}

/// The time that something has, over all its tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    start: Instant,
    end: Instant,
}

impl Budget {
    /// What is left of it, if anything is.
    pub(super) fn left(self) -> Option<Duration> {
        Some(self.end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// All of it.
    pub(super) fn whole(self) -> Duration {
        self.end.saturating_duration_since(self.start)
    }

    pub(super) fn end(self) -> Instant {
        self.end
    }
}

impl Deadlines {
    /// The time for what begins now: its own, but no more than is left to the work that it is a part of.
    pub(super) fn budget(self, purpose: Purpose, deadline: Deadline) -> Budget {
        let start = Instant::now();
        let work = deadline.start().map(|start| start + self.longest());
        let end = [work, deadline.end()].into_iter().flatten().fold(start + self.of(purpose), Instant::min);
        Budget { start, end }
    }

    /// The deadline of a call to the store: all that it asks the servers for shares its time.
    pub(super) fn of_call(self, purpose: Purpose, deadline: Deadline) -> Deadline {
        deadline.within(self.of(purpose))
    }

    /// The longest that any call takes.
    pub(super) fn longest(self) -> Duration {
        self.change.max(self.read)
    }

    fn of(self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::Read => self.read,
            Purpose::Change => self.change,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINES: Deadlines = Deadlines { change: Duration::from_secs(10), read: Duration::from_secs(5) };

    fn seconds(purpose: Purpose, deadline: Deadline) -> f64 {
        (DEADLINES.budget(purpose, deadline).whole().as_secs_f64() * 10.0).round() / 10.0
    }

    #[test]
    fn parts_share_the_time_of_the_whole() {
        let call = DEADLINES.of_call(Purpose::Read, Deadline::NONE);
        for (deadline, read, change) in [
            (Deadline::NONE, 5.0, 10.0),
            (Deadline::NONE.within(Duration::from_secs(7)), 5.0, 7.0),
            (call, 5.0, 5.0),
            (Deadline::of_work_from_now(), 5.0, 10.0),
        ] {
            assert_eq!(
                (seconds(Purpose::Read, deadline), seconds(Purpose::Change, deadline)),
                (read, change)
            );
        }
        let over = DEADLINES.budget(Purpose::Change, Deadline::NONE.within(Duration::ZERO));
        assert!(over.left().is_none());
    }

    #[test]
    fn calls_share_the_time_of_their_work() {
        let work = Deadline::of_work_from_now();
        std::thread::sleep(Duration::from_millis(30));
        let budget = DEADLINES.budget(Purpose::Change, work);
        assert!(budget.whole() <= Duration::from_millis(9_970), "{budget:?}");
        assert_eq!(budget.end(), work.start().unwrap() + DEADLINES.change);
        assert_eq!(DEADLINES.budget(Purpose::Read, work).whole(), DEADLINES.read);
    }
}
