//! The least speed of a client that sends a body.

use std::future::Future;
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::time::Instant;

/// The least speed of clients, in bytes a second.
const SLOWEST: u64 = 1024;

/// How many bytes have to be sent or read in a time, at the least speed.
#[must_use]
pub fn least_bytes(within: Duration) -> u64 {
    (SLOWEST.saturating_mul(u64::try_from(within.as_millis()).unwrap_or(u64::MAX)) / 1_000).max(1)
}

/// Holds a client to the least speed: in each period so many bytes have to arrive. A period ends as soon as they have,
/// and only waiting for the client counts.
#[derive(Debug)]
pub struct Pace {
    period: Duration,
    /// What is left of the period.
    left: Duration,
    /// How many bytes have arrived in it.
    bytes: u64,
}

impl Pace {
    /// A pace with periods of this length.
    #[must_use]
    pub fn new(period: Duration) -> Self {
        Self { period, left: period, bytes: 0 }
    }

    /// Waits for the next piece of a body; `None` if the period is over.
    pub async fn wait<F: Future>(&mut self, arriving: F) -> Option<F::Output> {
        let start = Instant::now();
        let arrived = timeout(self.left, arriving).await.ok()?;
        self.left = self.left.saturating_sub(start.elapsed());
        Some(arrived)
    }

    /// Counts bytes that have arrived.
    pub fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.bytes >= least_bytes(self.period) {
            (self.bytes, self.left) = (0, self.period);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use tokio::time::sleep;

    use super::*;

    const PERIOD: Duration = Duration::from_secs(30);

    /// How many pieces of so many bytes arrive, each after so many seconds.
    async fn arriving(bytes: usize, seconds: u64) -> usize {
        let mut pace = Pace::new(PERIOD);
        for number in 0..1_000 {
            if pace.wait(sleep(Duration::from_secs(seconds))).await.is_none() {
                return number;
            }
            pace.count(bytes);
        }
        1_000
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_link_is_served_and_a_trickle_is_not() {
        for (bytes, seconds, pieces) in [
            (1, 1, 30),
            (1_023, 1, 30),
            (1_100, 1, 1_000),
            (11 * 1_024, 10, 1_000),
            (31 * 1_024, 29, 1_000),
            (1 << 20, 31, 0),
        ] {
            assert_eq!(arriving(bytes, seconds).await, pieces, "{bytes} bytes each {seconds} s");
        }
        let mut pace = Pace::new(PERIOD);
        sleep(10 * PERIOD).await;
        assert!(pace.wait(ready(())).await.is_some(), "only waiting for the client counts");
    }
}
