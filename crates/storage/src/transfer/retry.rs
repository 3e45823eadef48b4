//! Retries while a store is unavailable.

use std::time::Duration;

use backon::ExponentialBackoff;
use tokio::time::Instant;

use crate::StoreError;
use crate::backoff::backoff;

/// Long enough for a server to restart.
const RETRY_LIMIT: Duration = Duration::from_mins(1);

/// The retries of one operation.
#[derive(Debug)]
pub(super) struct Retry {
    since: Option<Instant>,
    delays: ExponentialBackoff,
}

impl Retry {
    pub(super) fn new() -> Self {
        Self { since: None, delays: backoff() }
    }

    /// Waits for the next try. Returns the error if it is permanent or the limit is reached.
    pub(super) async fn wait(&mut self, error: StoreError) -> Result<(), StoreError> {
        let since = *self.since.get_or_insert_with(Instant::now);
        match (&error, self.delays.next()) {
            (StoreError::Unavailable(_), Some(delay)) if since.elapsed() < RETRY_LIMIT => {
                tokio::time::sleep(delay).await;
                Ok(())
            }
            _ => Err(error),
        }
    }
}

/// Repeats a call while the store is unavailable.
pub(super) async fn with_retries<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut retry = Retry::new();
    loop {
        match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => retry.wait(error).await?,
        }
    }
}
