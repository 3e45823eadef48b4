//! Writing to a connection, and closing it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::sleep;

use super::{Connection, PIECE};

/// How long a closing connection is still drained, so that the client sees the answer and not a reset.
const LINGER: Duration = Duration::from_secs(1);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let connection = self.get_mut();
        let written = Pin::new(&mut connection.stream).poll_write(context, bytes);
        connection.write_timer.check_write(context, bytes.len(), written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let connection = self.get_mut();
        let flushed = Pin::new(&mut connection.stream).poll_flush(context);
        connection.write_timer.check_flush(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let connection = self.get_mut();
        if connection.linger.is_none() {
            ready!(Pin::new(&mut connection.stream).poll_shutdown(context))?;
            if !connection.is_left_unread {
                return Poll::Ready(Ok(()));
            }
        }
        let linger = connection.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut unread = [0; PIECE];
        while linger.as_mut().poll(context).is_pending() {
            let mut unread = ReadBuf::new(&mut unread);
            match ready!(Pin::new(&mut connection.stream).poll_read(context, &mut unread)) {
                Ok(()) if !unread.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
