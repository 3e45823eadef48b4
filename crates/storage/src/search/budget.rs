//! How long a call may take, over all requests that it makes to the servers.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::request_time::request_start;

tokio::task_local! {
    /// When the call ends that this is a part of.
    static END: Instant;
}

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
    /// The time for what begins now: its own, but no more than is left to what it is a part of.
    pub(super) fn budget(self, purpose: Purpose) -> Budget {
        let start = Instant::now();
        let own = start + self.of(purpose);
        let request = request_start().map(|start| Instant::from_std(start) + self.longest());
        let call = END.try_with(|end| *end).ok();
        let end = [request, call].into_iter().flatten().fold(own, Instant::min);
        Budget { start, end }
    }

    /// Does a call to the store: all that it asks the servers for shares its time.
    pub(super) async fn bound<F: Future>(self, purpose: Purpose, work: F) -> F::Output {
        END.scope(self.budget(purpose).end, work).await
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
    use crate::within_one_request;

    const DEADLINES: Deadlines = Deadlines { change: Duration::from_secs(10), read: Duration::from_secs(5) };

    #[tokio::test(start_paused = true)]
    async fn parts_share_the_time_of_the_whole() {
        let pass = |seconds| tokio::time::advance(Duration::from_secs(seconds));
        let left = |purpose| DEADLINES.budget(purpose).left().unwrap_or_default().as_secs();
        assert_eq!((left(Purpose::Read), left(Purpose::Change)), (5, 10));
        DEADLINES
            .bound(Purpose::Change, async {
                pass(4).await;
                assert_eq!((left(Purpose::Read), left(Purpose::Change)), (5, 6));
                pass(4).await;
                assert_eq!((left(Purpose::Read), left(Purpose::Change)), (2, 2));
                pass(2).await;
                assert!(DEADLINES.budget(Purpose::Change).left().is_none());
            })
            .await;
        assert_eq!(left(Purpose::Change), 10);
    }

    #[tokio::test]
    async fn calls_share_the_time_of_their_request() {
        let start = std::time::Instant::now();
        within_one_request(async {
            std::thread::sleep(Duration::from_millis(30));
            let budget = DEADLINES.budget(Purpose::Change);
            assert!(budget.whole() <= Duration::from_millis(9_970), "{budget:?}");
            assert!(budget.whole() >= Duration::from_secs(10).saturating_sub(start.elapsed()));
            DEADLINES
                .bound(Purpose::Read, async {
                    assert!(DEADLINES.budget(Purpose::Change).whole() <= DEADLINES.read);
                })
                .await;
        })
        .await;
    }
}
