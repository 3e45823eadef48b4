//! How long a store is waited for that is away.

use std::time::Duration;

use backon::ExponentialBackoff;
use tokio::time::Instant;

use crate::StoreError;
use crate::pauses::pauses;

/// Long enough for a server to be started again.
const PATIENCE: Duration = Duration::from_mins(1);

/// The patience with one thing that is tried again and again.
#[derive(Debug)]
pub(super) struct Patience {
    since: Option<Instant>,
    pauses: ExponentialBackoff,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { since: None, pauses: pauses() }
    }

    /// Waits until it may be tried again; answers the error where that is no use, or has been for long.
    pub(super) async fn wait(&mut self, error: StoreError) -> Result<(), StoreError> {
        let since = *self.since.get_or_insert_with(Instant::now);
        match (&error, self.pauses.next()) {
            (StoreError::Unavailable(_), Some(pause)) if since.elapsed() < PATIENCE => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
            _ => Err(error),
        }
    }
}

/// Asks a store, again and again while it is away.
pub(super) async fn patiently<T>(ask: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut patience = Patience::new();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => patience.wait(error).await?,
        }
    }
}
