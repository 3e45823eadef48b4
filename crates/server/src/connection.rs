//! Connections whose every refusal has a body: the HTTP library answers a request that it cannot read by a
//! status alone, before any code of a service, and takes no handler for it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tributary_api::refuse_head;

/// The most headers that the HTTP library gives a refusal of its own; it has three.
const MAXIMUM_HEADERS: usize = 8;
/// The longest that such a refusal can be.
const MAXIMUM_LENGTH: usize = 512;
/// How an answer begins.
const START: &[u8] = b"HTTP/1.1 ";
/// How a head ends, and an answer without a body.
const END: &[u8] = b"\r\n\r\n";

/// A connection that gives the refusals of the HTTP library their bodies.
pub(crate) struct Connection<S> {
    stream: S,
    refusal: Option<Refusal>,
}

/// What is sent in the place of a refusal without a body.
struct Refusal {
    bytes: Vec<u8>,
    sent: usize,
    /// How long the one was that it replaces.
    replaces: usize,
}

impl<S> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, refusal: None }
    }
}

impl<S: AsyncWrite + Unpin> Connection<S> {
    /// Sends the refusal whole; what it replaces counts as written only then.
    fn poll_refuse(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(refusal) = &mut self.refusal else { return Poll::Ready(Ok(0)) };
        while refusal.sent < refusal.bytes.len() {
            let rest = &refusal.bytes[refusal.sent..];
            match ready!(Pin::new(&mut self.stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => refusal.sent += written,
            }
        }
        let replaced = refusal.replaces;
        self.refusal = None;
        Poll::Ready(Ok(replaced))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.refusal.is_some() {
            return self.poll_refuse(context);
        }
        match bare_refusal(bytes) {
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
            Some((0, refusal)) => {
                self.refusal = Some(refusal);
                self.poll_refuse(context)
            }
            // First the answers before it, to requests that could be read.
            Some((start, _)) => Pin::new(&mut self.stream).poll_write(context, &bytes[..start]),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

/// Where in what is sent a refusal of the HTTP library stands, always as the last thing, and what to send in
/// its place. All answers of the service itself have the header of the product.
fn bare_refusal(bytes: &[u8]) -> Option<(usize, Refusal)> {
    if !bytes.ends_with(END) {
        return None;
    }
    let searched = bytes.len().saturating_sub(MAXIMUM_LENGTH);
    let start = searched + memchr::memmem::rfind(&bytes[searched..], START)?;
    let mut headers = [httparse::EMPTY_HEADER; MAXIMUM_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let length = bytes.len() - start;
    // What a document has may look like its beginning, but is no whole head: JSON escapes line breaks.
    head.parse(&bytes[start..]).ok().filter(|parsed| *parsed == httparse::Status::Complete(length))?;
    let status = StatusCode::from_u16(head.code?).ok().filter(StatusCode::is_client_error)?;
    let answer = refuse_head(status);
    if head.headers.iter().any(|header| answer.headers().keys().any(|name| is(header, name.as_str()))) {
        return None;
    }
    tracing::info!(status = status.as_u16(), "what was sent is no request that can be read");
    Some((start, Refusal { bytes: whole(&answer, head.headers), sent: 0, replaces: length }))
}

fn is(header: &httparse::Header<'_>, name: &str) -> bool {
    header.name.eq_ignore_ascii_case(name)
}

/// An answer as it is sent, with the headers that the HTTP library gave its own.
fn whole(answer: &actix_web::HttpResponse<String>, headers: &[httparse::Header<'_>]) -> Vec<u8> {
    let body = answer.body();
    let mut bytes =
        format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n", answer.status(), body.len()).into_bytes();
    let own = answer.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let given = headers.iter().filter(|header| !is(header, "content-length"));
    for (name, value) in own.chain(given.map(|header| (header.name, header.value))) {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    bytes.extend([b"\r\n", body.as_bytes()].concat());
    bytes
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const BARE: &str =
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n";

    /// What arrives of what is sent, over a connection that takes few bytes at a time.
    async fn arrives(sent: &[u8]) -> String {
        let (service, mut client) = duplex(7);
        let mut connection = Connection::new(service);
        let write = async move {
            connection.write_all(sent).await.unwrap();
            connection.shutdown().await.unwrap();
        };
        let mut received = String::new();
        let ((), read) = tokio::join!(write, client.read_to_string(&mut received));
        read.unwrap();
        received
    }

    #[actix_web::test]
    async fn a_refusal_without_a_body_gets_one_and_keeps_its_headers() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\r\n\r\n";
        let received = arrives(format!("{answer}{BARE}").as_bytes()).await;
        let refusal = received.strip_prefix(answer).expect("what was before it is as it was");
        let (head, body) = refusal.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, refuse_head(StatusCode::BAD_REQUEST).body());
        let mut lines: Vec<&str> = head.lines().collect();
        assert_eq!(lines.remove(0), "HTTP/1.1 400 Bad Request");
        lines.sort_unstable();
        let length = format!("content-length: {}", body.len());
        let expected = [
            "connection: close",
            &length,
            "content-type: application/json",
            "date: now",
            "x-elastic-product: Elasticsearch",
        ];
        assert_eq!(lines, expected);
    }

    #[actix_web::test]
    async fn everything_else_is_sent_as_it_is() {
        let own = BARE.replace("date: now", "X-Elastic-Product: Elasticsearch");
        // A line break within a string is escaped in JSON: a body never has a whole head.
        let start = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let in_a_body = format!("{start}1a\r\n\"HTTP/1.1 400 Bad Request\"\r\n0\r\n\r\n");
        for sent in [
            own.as_str(),
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            &in_a_body,
            "HTTP/1.1 4\r\n\r\n",
            "\r\n\r\n",
            "",
        ] {
            assert_eq!(arrives(sent.as_bytes()).await, sent);
        }
    }
}
