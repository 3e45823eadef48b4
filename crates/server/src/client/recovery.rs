//! Trying again while the service is away.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::sleep;

use super::failure::ClientFailure;
use crate::streams;

/// The first delay before the service is asked again, unless it says another.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The limits of delays, whatever a stream says.
const SHORTEST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// The most of a `Retry-After` that is waited for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(10);

/// Whether the service is away, and when it is asked again.
#[derive(Debug)]
pub(crate) struct Recovery {
    url: String,
    /// Whether it has answered before; until then it may be another service, or none.
    is_known: bool,
    /// The delays, while it is away.
    delays: Option<ExponentialBackoff>,
}

impl Recovery {
    /// A service at this address that has not answered yet.
    pub(crate) fn new(url: String) -> Self {
        Self { url, is_known: false, delays: None }
    }

    /// Whether the service has answered before.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Notes that the service has answered, and reports it on standard error if it was away.
    pub(crate) fn answered(&mut self) {
        self.is_known = true;
        if self.delays.take().is_some() {
            streams::tell(&format!("tributary: connected to {} again\n", self.url));
        }
    }

    /// Whether the call is to be tried again after this failure; the first one is reported on standard error.
    pub(crate) fn bears(&mut self, failure: &ClientFailure) -> bool {
        let bears = failure.is_busy() || (self.is_known && failure.is_temporary());
        if bears && self.delays.is_none() {
            self.begin(&format!("{failure}; trying again"), None);
        }
        bears
    }

    /// Begins to wait, after saying why; the first delay is that which the service has asked for.
    pub(super) fn begin(&mut self, reason: &str, first_delay: Option<Duration>) {
        streams::tell(&format!("tributary: {reason}\n"));
        self.delays = Some(delays(first_delay));
    }

    /// Waits until the next try, at least for `at_least`.
    pub(crate) async fn pause(&mut self, at_least: Option<Duration>) {
        let delay = self.delays.as_mut().and_then(Iterator::next).unwrap_or(FIRST_DELAY);
        sleep(delay.max(at_least.unwrap_or_default().min(LONGEST_RETRY_AFTER))).await;
    }
}

/// Growing delays without an end.
fn delays(first: Option<Duration>) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(first.unwrap_or(FIRST_DELAY).clamp(SHORTEST_DELAY, LONGEST_DELAY))
        .with_max_delay(LONGEST_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_begin_as_announced_and_have_limits() {
        let seconds = Duration::from_secs;
        for (announced, first) in [
            (None, FIRST_DELAY),
            (Some(seconds(5)), seconds(5)),
            (Some(Duration::ZERO), SHORTEST_DELAY),
            (Some(seconds(100_000)), LONGEST_DELAY),
        ] {
            let delays: Vec<_> = delays(announced).take(20).collect();
            assert!(delays[0] >= first && delays[0] <= first * 2, "{announced:?}: {delays:?}");
            assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY * 2), "{announced:?}: {delays:?}");
            assert_eq!(delays.len(), 20);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_is_asked_for_is_waited_for() {
        let mut recovery = Recovery::new("http://a".to_owned());
        for (asked, least) in [(60, 60), (100_000, 600)] {
            let start = tokio::time::Instant::now();
            recovery.pause(Some(Duration::from_secs(asked))).await;
            assert_eq!(start.elapsed().as_secs(), least);
        }
    }
}
