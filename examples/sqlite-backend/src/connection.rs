//! One connection, lent to one call at a time, on a thread that may wait for the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tributary_storage::Deadline;

use crate::failure::Failure;

/// A connection that waits for its next call, or none once it was closed.
pub(crate) struct Lent {
    connection: Arc<Mutex<Option<Connection>>>,
    busy_timeout: Duration,
}

impl Lent {
    pub(crate) fn new(connection: Connection, busy_timeout: Duration) -> Self {
        Self { connection: Arc::new(Mutex::new(Some(connection))), busy_timeout }
    }

    /// Does work with the connection. What it waits for the other calls of this process and, in SQLite, for other
    /// processes ends with the timeout or with the deadline. A caller that goes away does not stop the work.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let end = deadline.end_of(self.busy_timeout);
        let turn = tokio::time::timeout_at(end.into(), Arc::clone(&self.connection).lock_owned());
        let mut connection = turn.await.map_err(|_| Failure::Crowded)?;
        let done = spawn_blocking(move || {
            let connection = connection.as_mut().ok_or(Failure::Closed)?;
            connection.busy_timeout(end.saturating_duration_since(Instant::now()))?;
            work(connection)
        });
        done.await.map_err(Failure::Lost)?
    }

    /// Closes the connection after the calls that run or wait.
    pub(crate) async fn close(&self) -> Result<(), Failure> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let closed = spawn_blocking(move || match connection.take().map(Connection::close) {
            Some(Err((_, error))) => Err(Failure::from(error)),
            Some(Ok(())) | None => Ok(()),
        });
        closed.await.map_err(Failure::Lost)?
    }
}
