//! The timeout for receiving a head.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// How often the HTTP library is woken while a head arrives: it closes idle connections, and notices activity only
/// when woken. Shorter than the shortest keep-alive time.
const WAKING: Duration = Duration::from_millis(500);

/// The time by which a head has to be complete.
pub(super) struct HeadTimer {
    deadline: Instant,
    waking: Pin<Box<Sleep>>,
}

impl HeadTimer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { deadline: Instant::now() + timeout, waking: Box::pin(sleep(timeout.min(WAKING))) }
    }

    /// Ready when the timeout has elapsed.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.waking.as_mut().poll(context));
            let now = Instant::now();
            if now >= self.deadline {
                return Poll::Ready(());
            }
            self.waking.as_mut().reset(self.deadline.min(now + WAKING));
        }
    }
}
