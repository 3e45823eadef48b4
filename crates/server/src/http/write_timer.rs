//! The timeout for a client that does not read the answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// The time within which a write has to make progress.
pub(super) struct WriteTimer {
    timeout: Duration,
    /// Runs while a write is blocked.
    running: Option<Pin<Box<Sleep>>>,
}

impl WriteTimer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, running: None }
    }

    /// Passes on the result of a write; an error if there has been no progress for too long.
    pub(super) fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        attempt: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.running = None;
            return attempt;
        }
        let timeout = self.timeout;
        ready!(self.running.get_or_insert_with(|| Box::pin(sleep(timeout))).as_mut().poll(context));
        tracing::info!(?timeout, "a connection is closed, its client takes nothing of an answer");
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}
