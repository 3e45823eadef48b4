//! From answers of an application to those of HTTP/2.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING, UPGRADE};
use bytes::Bytes;
use hyper::StatusCode;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{HeaderName as NewName, HeaderValue as NewValue};

use super::progress::Running;

/// How much is sent at a time: the client has to take some of it before there is more.
const PIECE: usize = 16 * 1024;
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The answer for the client; `running` is kept until it is sent.
pub(super) fn converted(
    response: HttpResponse<BoxBody>,
    is_head: bool,
    running: Running,
) -> hyper::Response<AnswerBody> {
    let (head, body) = response.into_parts();
    let size = body.size();
    let has_body = !is_head && !matches!(size, BodySize::None | BodySize::Sized(0));
    let left = match size {
        BodySize::Sized(length) => Some(length),
        BodySize::None => Some(0),
        BodySize::Stream => None,
    };
    let mut answer = hyper::Response::new(AnswerBody {
        body: has_body.then_some(body),
        left: if has_body { left } else { Some(0) },
        unsent: Bytes::new(),
        running,
    });
    *answer.status_mut() = StatusCode::from_u16(head.status().as_u16()).unwrap_or_default();
    let headers = answer.headers_mut();
    if let BodySize::Sized(length) = size {
        headers.insert(hyper::header::CONTENT_LENGTH, length.into());
    }
    for (name, value) in head.headers() {
        // They are of connections of HTTP/1.1.
        if [CONNECTION, TRANSFER_ENCODING, UPGRADE, KEEP_ALIVE, CONTENT_LENGTH].contains(name) {
            continue;
        }
        let name = NewName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, NewValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    answer
}

/// The body of an answer, in pieces.
pub(super) struct AnswerBody {
    /// What it is read from, until its end.
    body: Option<BoxBody>,
    /// How many bytes are not sent yet, if the length is known.
    left: Option<u64>,
    /// What was read and is not sent yet.
    unsent: Bytes,
    running: Running,
}

impl AnswerBody {
    /// Reads the next bytes, if none are left.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.unsent.is_empty() {
            let Some(body) = &mut self.body else { break };
            match ready!(Pin::new(body).poll_next(context)) {
                Some(Ok(read)) => self.unsent = read,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error.to_string()))),
                None => self.body = None,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let answer = self.get_mut();
        answer.running.taken();
        ready!(answer.poll_read(context))?;
        if answer.unsent.is_empty() {
            return Poll::Ready(None);
        }
        let piece = answer.unsent.split_to(answer.unsent.len().min(PIECE));
        answer.left = answer.left.map(|left| left.saturating_sub(piece.len() as u64));
        answer.running.given();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0) || (self.body.is_none() && self.unsent.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}
