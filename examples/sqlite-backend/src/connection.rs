//! One connection, lent to one call at a time, on a thread that may wait for the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

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

    /// Does work with the connection. What it waits for the other calls of this process and, in SQLite,
    /// for other processes is within the timeout. A caller that goes away does not stop the work.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let start = Instant::now();
        let turn = tokio::time::timeout(self.busy_timeout, Arc::clone(&self.connection).lock_owned());
        let mut connection = turn.await.map_err(|_| Failure::Crowded)?;
        let rest = self.busy_timeout.saturating_sub(start.elapsed());
        let done = spawn_blocking(move || {
            let connection = connection.as_mut().ok_or(Failure::Closed)?;
            connection.busy_timeout(rest)?;
            Ok(work(connection)?)
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
