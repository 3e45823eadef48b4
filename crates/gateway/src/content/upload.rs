//! The body of a request on its way to the engine, in pieces.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;
use tributary_api::{ApiError, Pace, Reservation, unreadable_body};

use super::looking::Looking;
use super::spool::Spool;
use super::work_clock::WorkClock;

/// The longest body that is passed on, packed or unpacked, as in Elasticsearch.
pub const LONGEST: usize = 100 * 1024 * 1024;
/// How many pieces wait between both connections.
const WAITING: usize = 4;

/// A piece of a body.
enum Piece {
    Data(Bytes),
    /// The body is complete. Without it, the request is cut off.
    End,
}

/// Where the pieces come from, on the side of the engine. Clones are the same.
#[derive(Clone)]
pub(super) struct Outgoing {
    pieces: Arc<Mutex<mpsc::Receiver<Piece>>>,
    /// The length, if it is known.
    length: Option<u64>,
    is_ended: bool,
}

/// Where the pieces go to, on the side of the client.
pub(super) struct Incoming(mpsc::Sender<Piece>);

/// The body was not received completely, and must not be taken for complete.
#[derive(Debug, thiserror::Error)]
#[error("the body was cut off")]
pub(super) struct CutOff;

/// Both ends of a body.
pub(super) fn channel(length: Option<u64>) -> (Incoming, Outgoing) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let pieces = Arc::new(Mutex::new(receiver));
    (Incoming(sender), Outgoing { pieces, length, is_ended: false })
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        if self.is_ended {
            return Poll::Ready(None);
        }
        let piece = self.pieces.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(context);
        match ready!(piece) {
            Some(Piece::Data(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::End) => {
                self.is_ended = true;
                Poll::Ready(None)
            }
            None => Poll::Ready(Some(Err(CutOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Incoming {
    async fn send(&self, piece: Piece) {
        if self.0.send(piece).await.is_err() {
            // The engine takes no more of it; what it answers, or why not, is told elsewhere.
            std::future::pending::<()>().await;
        }
    }
}

/// A body that is being received from a client.
pub(super) struct Upload<'u> {
    pub(super) payload: &'u mut Payload,
    /// How long it may stall.
    pub(super) stall: Duration,
    pub(super) pace: Pace,
    pub(super) looking: Looking,
    pub(super) length: usize,
}

impl Upload<'_> {
    /// The next piece, looked at; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let next = self.pace.wait(self.payload.next()).await;
        let Some(piece) = next.ok_or(ApiError::BodyTimeout(self.stall))? else {
            self.looking.end()?;
            return Ok(None);
        };
        let piece = piece.map_err(|error| unreadable_body(&error))?;
        self.pace.count(piece.len());
        self.length += piece.len();
        if self.length > LONGEST {
            return Err(ApiError::TooLongToPassOn(LONGEST));
        }
        self.looking.take(&piece).await?;
        Ok(Some(piece))
    }

    /// Passes on every piece as soon as it was looked at.
    pub(super) async fn pass(mut self, to: Incoming, clock: &WorkClock) -> Result<(), ApiError> {
        loop {
            clock.pause();
            let piece = self.next().await?;
            clock.restart();
            let Some(piece) = piece else { break };
            to.send(Piece::Data(piece)).await;
        }
        to.send(Piece::End).await;
        Ok(())
    }

    /// Keeps everything until it was looked at.
    pub(super) async fn keep(mut self, memory: Reservation) -> Result<Spool, ApiError> {
        let mut spool = Spool::new(memory);
        while let Some(piece) = self.next().await? {
            spool = spool.write(piece).await?;
        }
        Ok(spool)
    }
}

/// Passes on what was kept.
pub(super) async fn pass_kept(spool: Spool, to: Incoming, clock: &WorkClock) -> Result<(), ApiError> {
    let mut spool = spool.rewind()?;
    loop {
        let (rest, piece) = spool.read().await?;
        if piece.is_empty() {
            break;
        }
        spool = rest;
        clock.restart();
        to.send(Piece::Data(piece)).await;
    }
    clock.restart();
    to.send(Piece::End).await;
    Ok(())
}
