//! Counts the time in which an engine works on a request, without that in which the client is waited for.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Since when the engine has worked without a sign of progress.
#[derive(Debug)]
pub(super) struct WorkClock(Cell<Option<Instant>>);

impl WorkClock {
    /// The engine is at work.
    pub(super) fn started() -> Self {
        Self(Cell::new(Some(Instant::now())))
    }

    /// The engine has taken something, and works from now on.
    pub(super) fn restart(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// The client is waited for.
    pub(super) fn pause(&self) {
        self.0.set(None);
    }

    /// Waits until the engine has worked for so long.
    pub(super) async fn over(&self, time: Duration) {
        loop {
            let now = Instant::now();
            let end = self.0.get().unwrap_or(now) + time;
            if now >= end {
                return;
            }
            sleep_until(end).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_work_counts() {
        let clock = WorkClock::started();
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let waiting = async {
            tokio::time::sleep(second / 2).await;
            clock.pause();
            tokio::time::sleep(second * 5).await;
            clock.restart();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = clock.over(second) => {}
            () = waiting => {}
        }
        let elapsed = start.elapsed();
        assert!(elapsed >= second * 13 / 2 && elapsed < second * 8, "{elapsed:?}");
    }
}
