//! Time limits of calls, over all requests that a call makes.

use std::time::{Duration, Instant};

use crate::Deadline;

/// Whether a call reads or changes documents, which determines its time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Change,
}

/// The configured time limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    pub(super) change: Duration,
    pub(super) read: Duration,
}

/// The time limit of a request, over all its attempts.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestDeadline {
    start: Instant,
    end: Instant,
}

impl RequestDeadline {
    /// The remaining time, if any.
    pub(super) fn left(self) -> Option<Duration> {
        Some(self.end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// The total time.
    pub(super) fn whole(self) -> Duration {
        self.end.saturating_duration_since(self.start)
    }

    pub(super) fn end(self) -> Instant {
        self.end
    }
}

impl Deadlines {
    /// The time limit of a request that starts now: that of its purpose, capped by the deadline of the call or work.
    pub(super) fn request_deadline(self, purpose: Purpose, deadline: Deadline) -> RequestDeadline {
        let start = Instant::now();
        let work = deadline.start().map(|start| start + self.longest());
        let end = [work, deadline.end()].into_iter().flatten().fold(start + self.of(purpose), Instant::min);
        RequestDeadline { start, end }
    }

    /// The deadline of a call to the store, shared by all its requests.
    pub(super) fn of_call(self, purpose: Purpose, deadline: Deadline) -> Deadline {
        deadline.within(self.of(purpose))
    }

    /// The longest time limit of any call.
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
        (DEADLINES.request_deadline(purpose, deadline).whole().as_secs_f64() * 10.0).round() / 10.0
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
        let over = DEADLINES.request_deadline(Purpose::Change, Deadline::NONE.within(Duration::ZERO));
        assert!(over.left().is_none());
    }

    #[test]
    fn calls_share_the_time_of_their_work() {
        let work = Deadline::of_work_from_now();
        std::thread::sleep(Duration::from_millis(30));
        let request_deadline = DEADLINES.request_deadline(Purpose::Change, work);
        assert!(request_deadline.whole() <= Duration::from_millis(9_970), "{request_deadline:?}");
        assert_eq!(request_deadline.end(), work.start().unwrap() + DEADLINES.change);
        assert_eq!(DEADLINES.request_deadline(Purpose::Read, work).whole(), DEADLINES.read);
    }
}
