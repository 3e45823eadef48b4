//! A connection that passes only valid requests to the HTTP library, which would reject others without a body and
//! without a log line: an invalid head is replaced by a placeholder request, which is answered and logged like all
//! requests.
//!
//! The output is not modified, so that no answer can be mistaken for another. The input is followed from head to head;
//! where the framing becomes ambiguous, the connection ends.

mod writing;

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Sleep;
use tributary_api::HeadRefusal;

use super::body::{Body, Extent};
use super::head::{self, Head};
use super::head_timer::HeadTimer;
use super::open_connections::OpenConnection;
use super::write_timer::WriteTimer;

/// The number of bytes read at a time for a head.
const PIECE: usize = 4 * 1024;
/// What the HTTP library skips before a head: it marks the connection as active.
const EMPTY_LINE: &[u8] = b"\r\n";

/// The limits for clients.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// From the first byte of a head to its end.
    pub(super) head_timeout: Duration,
    /// How long the client may go without reading any of an answer.
    pub(super) write_timeout: Duration,
    /// The largest body for which `100 Continue` is sent.
    pub(super) body_limit: u64,
}

/// A connection between a client and the HTTP library.
pub(super) struct Connection<S> {
    stream: S,
    /// Received data that has not been passed on yet.
    received: BytesMut,
    /// How many bytes of it can be passed on.
    ready: usize,
    next: Next,
    /// Whether the current request is the last one.
    is_last: bool,
    body_limit: u64,
    head_timeout: Duration,
    /// Runs while a head is expected: for the first from the start of the connection, for others from their first
    /// byte.
    head_timer: Option<HeadTimer>,
    write_timer: WriteTimer,
    /// Whether there is input that will not be read.
    is_left_unread: bool,
    /// Runs while the connection is closed and still drained.
    linger: Option<Pin<Box<Sleep>>>,
    /// Whether it came without TLS to a port that speaks TLS.
    is_refused_as_plain: bool,
    _open: OpenConnection,
}

/// What follows the bytes that are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Head(Progress),
    Body(Body),
    /// The HTTP library closes the connection after the answer: nothing more is read.
    Answer,
    /// The client has stopped sending, or its input is ignored.
    End,
}

/// How much of a head has been processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Progress {
    /// The number of bytes that have been parsed.
    searched: usize,
    /// The HTTP library was told that a head is arriving.
    is_announced: bool,
}

impl<S> Connection<S> {
    pub(super) fn new(stream: S, limits: Limits, open: OpenConnection) -> Self {
        Self {
            stream,
            received: BytesMut::new(),
            ready: 0,
            next: Next::Head(Progress::default()),
            is_last: false,
            body_limit: limits.body_limit,
            head_timeout: limits.head_timeout,
            head_timer: Some(HeadTimer::new(limits.head_timeout)),
            write_timer: WriteTimer::new(limits.write_timeout),
            is_left_unread: false,
            linger: None,
            is_refused_as_plain: false,
            _open: open,
        }
    }

    /// Refuses every request, since the connection has to be over TLS.
    pub(super) fn refused_as_plain(mut self) -> Self {
        self.is_refused_as_plain = true;
        self
    }

    fn hand_over(&mut self, out: &mut ReadBuf<'_>) {
        let length = self.ready.min(out.remaining());
        out.put_slice(&self.received[..length]);
        self.received.advance(length);
        self.ready -= length;
        if self.received.is_empty() {
            self.received = BytesMut::new();
        }
    }

    /// Parses the head as far as it has arrived, unless the new data cannot change the result.
    fn look_for_head(&mut self, progress: &mut Progress) {
        while let Some(empty) = [&b"\r\n"[..], b"\n"].iter().find(|empty| self.received.starts_with(empty)) {
            self.received.advance(empty.len());
            progress.searched = 0;
        }
        let new = &self.received[progress.searched..];
        let is_worth_it =
            progress.searched == 0 || new.contains(&b'\n') || self.received.len() >= head::MAXIMUM_LENGTH;
        progress.searched = self.received.len();
        if self.received.is_empty() || !is_worth_it {
            return;
        }
        match head::read(&self.received, self.body_limit) {
            Ok(None) => {}
            _ if self.is_refused_as_plain => self.refuse(HeadRefusal::NotSecure),
            Ok(Some(head)) => self.accept(head),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn accept(&mut self, head: Head) {
        self.ready = head.length;
        if let Some(replaced) = head.replaced {
            self.received.advance(head.length);
            self.ready = replaced.len();
            let rest = std::mem::replace(&mut self.received, BytesMut::from(&replaced[..]));
            self.received.extend_from_slice(&rest);
        }
        self.head_timer = None;
        self.is_last = head.is_last;
        match head.body {
            Some(body) => self.next = Next::Body(body),
            None => self.end_request(),
        }
    }

    /// Continues after the end of a request.
    fn end_request(&mut self) {
        if self.is_last {
            self.next = Next::Answer;
            self.received.truncate(self.ready);
            self.is_left_unread = true;
        } else {
            self.next = Next::Head(Progress::default());
        }
    }

    /// Passes on the placeholder for a rejected head, and nothing after it.
    fn refuse(&mut self, refusal: HeadRefusal) {
        let standing = head::standing_for(refusal, &self.received);
        self.received = BytesMut::from(standing.as_bytes());
        self.ready = self.received.len();
        self.end_unread();
    }

    fn end_unread(&mut self) {
        self.next = Next::End;
        self.head_timer = None;
        self.is_left_unread = true;
    }
}

impl<S: AsyncRead + Unpin> Connection<S> {
    /// Receives until it is known what to pass on next.
    fn poll_head(&mut self, context: &mut Context<'_>, mut progress: Progress) -> Poll<io::Result<()>> {
        loop {
            self.look_for_head(&mut progress);
            if self.ready > 0 {
                return Poll::Ready(Ok(()));
            }
            self.next = Next::Head(progress);
            // Idle connections have no buffer.
            let mut piece = [MaybeUninit::uninit(); PIECE];
            let mut piece = ReadBuf::uninit(&mut piece);
            match Pin::new(&mut self.stream).poll_read(context, &mut piece)? {
                Poll::Ready(()) if piece.filled().is_empty() => {
                    self.end_of_input();
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(()) => self.received.extend_from_slice(piece.filled()),
                Poll::Pending => {
                    ready!(self.poll_head_timer(context));
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    fn end_of_input(&mut self) {
        if self.received.is_empty() {
            self.next = Next::End;
        } else {
            self.refuse(HeadRefusal::Truncated);
        }
    }

    /// Waits for the deadline of the head.
    fn poll_head_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.head_timer.is_none() && !self.received.is_empty() {
            self.head_timer = Some(HeadTimer::new(self.head_timeout));
        }
        let Some(timer) = &mut self.head_timer else { return Poll::Pending };
        ready!(timer.poll(context));
        if self.received.is_empty() {
            // A connection that was never used needs no answer.
            self.next = Next::End;
        } else {
            self.refuse(HeadRefusal::Timeout);
        }
        Poll::Ready(())
    }

    /// Passes on a part of a body, and keeps what follows it.
    fn poll_body(
        &mut self,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
        mut body: Body,
    ) -> Poll<io::Result<()>> {
        let start = out.filled().len();
        if self.received.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(context, out))?;
        } else {
            let length = self.received.len().min(out.remaining());
            out.put_slice(&self.received[..length]);
        }
        let piece = &out.filled()[start..];
        let extent = body.advance(piece);
        let length = match extent {
            Extent::All => piece.len(),
            Extent::EndsAt(length) | Extent::BrokenAt(length) => length,
        };
        if self.received.is_empty() {
            self.received.extend_from_slice(&piece[length..]);
        } else {
            self.received.advance(length);
        }
        let is_end_of_input = piece.is_empty();
        out.set_filled(start + length);
        match extent {
            Extent::All if is_end_of_input => self.next = Next::End,
            Extent::All => self.next = Next::Body(body),
            Extent::EndsAt(_) => self.end_request(),
            Extent::BrokenAt(_) => self.end_unread(),
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let connection = self.get_mut();
        loop {
            if connection.ready > 0 {
                connection.hand_over(out);
                return Poll::Ready(Ok(()));
            }
            match connection.next {
                Next::Head(progress) => {
                    if connection.poll_head(context, progress)?.is_pending() {
                        return connection.announce(out);
                    }
                }
                Next::Body(body) => return connection.poll_body(context, out, body),
                // No wake-up is needed: the HTTP library does not wait for this. An end of input would make it drop a
                // body that it has not passed on yet.
                Next::Answer => return Poll::Pending,
                Next::End => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<S> Connection<S> {
    /// Tells the HTTP library that a head is arriving: it closes idle connections.
    fn announce(&mut self, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let is_empty = self.received.is_empty();
        match &mut self.next {
            Next::Head(progress) if !is_empty && !progress.is_announced => {
                progress.is_announced = true;
                out.put_slice(EMPTY_LINE);
                Poll::Ready(Ok(()))
            }
            _ => Poll::Pending,
        }
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
