//! The connections that are served at a time, and the answer to those beyond.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use actix_service::{Service as _, ServiceFactory, apply_fn_factory};
use actix_web::rt::net::TcpStream;
use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tributary_api::{ApiError, LimitReached, Metrics};

/// How many refused connections are answered at a time; others are closed without an answer.
pub(super) const ANSWERED_AT_A_TIME: usize = 256;
/// How long a refused connection is kept for, so that its client sees the answer and not a reset.
const LINGER: Duration = Duration::from_secs(1);
/// The time between two lines in the log.
const BETWEEN_LINES: Duration = Duration::from_secs(1);
/// How much is read at a time of what a refused client sends.
const PIECE: usize = 512;

/// Counts the connections that were refused; clones share the number.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefusedConnections(Counter);

impl RefusedConnections {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let counter = Counter::default();
        let help = "Connections that were refused because too many were open";
        metrics.register("refused_connections", help, counter.clone());
        Self(counter)
    }
}

/// Lets so many connections in at a time. Clones are the same.
#[derive(Clone)]
pub(super) struct Gate(Arc<GateState>);

struct GateState {
    most: usize,
    open: AtomicUsize,
    /// The answer to a refused client; none if it does not speak HTTP yet.
    answer: Option<Vec<u8>>,
    answered: Semaphore,
    /// Connections that were refused and do not stand in the log yet.
    refused: AtomicU64,
    all_refused: RefusedConnections,
    /// Whether a line will be logged soon.
    is_counting: AtomicBool,
}

/// A connection that was let in, until this is dropped.
struct Admitted(Arc<GateState>);

impl Gate {
    /// A gate for so many connections. Clients of a `plain` one speak HTTP at once, without TLS.
    pub(super) fn new(most: usize, plain: bool, refused: RefusedConnections) -> Self {
        Self(Arc::new(GateState {
            most,
            open: AtomicUsize::new(0),
            answer: plain.then(|| answer(most)),
            answered: Semaphore::new(ANSWERED_AT_A_TIME),
            refused: AtomicU64::new(0),
            all_refused: refused,
            is_counting: AtomicBool::new(false),
        }))
    }

    /// A service of connections behind this gate, which is passed before anything is read.
    pub(super) fn before<S>(
        self,
        served: S,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = S::Error, InitError = S::InitError>
    where
        S: ServiceFactory<TcpStream, Config = (), Response = ()>,
    {
        apply_fn_factory(served, move |stream: TcpStream, served: &S::Service| {
            let gate = self.clone();
            let serving = match gate.admit() {
                Some(admitted) => Ok((admitted, served.call(stream))),
                None => Err(stream),
            };
            async move {
                match serving {
                    Ok((_admitted, serving)) => serving.await,
                    Err(stream) => {
                        gate.refuse(stream).await;
                        Ok(())
                    }
                }
            }
        })
    }

    fn admit(&self) -> Option<Admitted> {
        let more = |open: usize| (open < self.0.most).then_some(open + 1);
        self.0.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Admitted(Arc::clone(&self.0)))
    }

    /// Answers without having read anything, and closes the connection.
    async fn refuse(&self, mut stream: TcpStream) {
        self.count_refused();
        let Some(answer) = &self.0.answer else { return };
        let Ok(_turn) = self.0.answered.try_acquire() else { return };
        let answering = async {
            stream.write_all(answer).await?;
            stream.shutdown().await?;
            // Closing with unread input would reset the connection, and the client could lose the answer.
            let mut unread = [0; PIECE];
            while stream.read(&mut unread).await? > 0 {}
            std::io::Result::Ok(())
        };
        // The client may be gone already.
        let _ = timeout(LINGER, answering).await;
    }

    /// Counts a refused connection; one line a second tells how many there were.
    fn count_refused(&self) {
        let state = &self.0;
        state.refused.fetch_add(1, Ordering::Relaxed);
        state.all_refused.0.inc();
        if state.is_counting.swap(true, Ordering::Relaxed) {
            return;
        }
        let state = Arc::clone(state);
        tokio::spawn(async move {
            sleep(BETWEEN_LINES).await;
            state.is_counting.store(false, Ordering::Relaxed);
            let refused = state.refused.swap(0, Ordering::Relaxed);
            if refused > 0 {
                tracing::warn!(
                    refused,
                    max_connections = state.most,
                    "connections were refused in the last second, as many are open as are served at a time"
                );
            }
        });
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The answer to a connection beyond the limit.
fn answer(most: usize) -> Vec<u8> {
    let reached = LimitReached::Connections(most);
    let retry_after = reached.retry_after();
    let body = ApiError::from(reached).body();
    let head = format!(
        "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: {}\r\ncontent-type: application/json\r\n\
         retry-after: {retry_after}\r\nx-elastic-product: Elasticsearch\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}
