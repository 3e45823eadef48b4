//! The least speed of a client that reads an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};
use tributary_api::least_bytes;

/// Holds a client to the least speed: while it does not take all that is there for it, it has to take so many bytes in
/// each period. A period ends as soon as it has.
pub(super) struct WriteTimer {
    period: Duration,
    /// Runs while a client is behind.
    running: Option<Pin<Box<Sleep>>>,
    /// How many bytes were taken in the period.
    taken: u64,
}

impl WriteTimer {
    pub(super) fn new(period: Duration) -> Self {
        Self { period, running: None, taken: 0 }
    }

    /// Passes on the result of an attempt to write so many bytes; an error if the client is too slow.
    pub(super) fn check_write(
        &mut self,
        context: &mut Context<'_>,
        offered: usize,
        attempt: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match attempt {
            Poll::Ready(Ok(written)) if written < offered => {
                self.taken += written as u64;
                if self.taken >= least_bytes(self.period) {
                    self.stop();
                }
            }
            Poll::Ready(_) => self.stop(),
            Poll::Pending => ready!(self.poll_too_slow(context))?,
        }
        attempt
    }

    /// The same for an attempt to flush.
    pub(super) fn check_flush(
        &mut self,
        context: &mut Context<'_>,
        attempt: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        match attempt {
            Poll::Ready(_) => self.stop(),
            Poll::Pending => ready!(self.poll_too_slow(context))?,
        }
        attempt
    }

    fn stop(&mut self) {
        (self.running, self.taken) = (None, 0);
    }

    /// An error when the period is over.
    fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let period = self.period;
        ready!(self.running.get_or_insert_with(|| Box::pin(sleep(period))).as_mut().poll(context));
        tracing::info!(
            ?period,
            taken = self.taken,
            "a connection is closed, its client takes too little of an answer"
        );
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::Instant;

    use super::*;

    const PERIOD: Duration = Duration::from_secs(30);

    /// Lets a client take so many bytes after so many seconds, again and again, out of more than it takes; when it was
    /// cut off.
    async fn cut_off_after(bytes: usize, seconds: u64) -> Option<Duration> {
        let (mut timer, start) = (WriteTimer::new(PERIOD), Instant::now());
        for _ in 0..1_000 {
            let mut taking = Box::pin(sleep(Duration::from_secs(seconds)));
            let written = poll_fn(|context| {
                let attempt = taking.as_mut().poll(context).map(|()| Ok(bytes));
                timer.check_write(context, usize::MAX, attempt)
            });
            if written.await.is_err() {
                return Some(start.elapsed());
            }
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_served_and_a_trickle_is_not() {
        for (bytes, seconds, expected) in [
            (1, 1, Some(PERIOD)),
            (1_000, 1, Some(PERIOD)),
            (1_100, 1, None),
            (16 * 1_024, 10, None),
            (31 * 1_024, 29, None),
            (1 << 20, 31, Some(PERIOD)),
        ] {
            assert_eq!(cut_off_after(bytes, seconds).await, expected, "{bytes} bytes each {seconds} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_everything_is_not_behind() {
        let mut timer = WriteTimer::new(PERIOD);
        for _ in 0..10 {
            sleep(PERIOD).await;
            let written = poll_fn(|context| timer.check_write(context, 7, Poll::Ready(Ok(7)))).await;
            assert_eq!(written.unwrap(), 7);
        }
    }
}
