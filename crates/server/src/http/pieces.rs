//! Large answers in pieces: the HTTP library copies whole pieces into the buffer of a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use bytes::Bytes;

/// The longest piece. The HTTP library keeps a buffer of this size for the next answer.
const LONGEST: usize = 128 * 1024;

/// Sends large answers in pieces, so that an answer that waits for its client is in memory once and not twice.
pub(crate) async fn in_pieces(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    Ok(match response.response().body().size() {
        BodySize::None => response.map_into_left_body(),
        BodySize::Sized(length) if length <= LONGEST as u64 => response.map_into_left_body(),
        BodySize::Sized(_) | BodySize::Stream => {
            let pieces = |body: BoxBody| Pieces { body, rest: Bytes::new() };
            response.map_into_boxed_body().map_body(|_, body| pieces(body)).map_into_right_body()
        }
    })
}

/// A body whose pieces are not too long.
struct Pieces {
    body: BoxBody,
    /// What is left of a piece of the body.
    rest: Bytes,
}

impl MessageBody for Pieces {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(piece)) => self.rest = piece,
                end => return Poll::Ready(end),
            }
        }
        let length = self.rest.len().min(LONGEST);
        Poll::Ready(Some(Ok(self.rest.split_to(length))))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[actix_web::test]
    async fn only_long_pieces_are_split() {
        for (length, expected) in [
            (0, vec![]),
            (1, vec![1]),
            (LONGEST, vec![LONGEST]),
            (2 * LONGEST + 7, vec![LONGEST, LONGEST, 7]),
        ] {
            let whole = Bytes::from(vec![7; length]);
            let mut pieces = Pieces { body: BoxBody::new(whole), rest: Bytes::new() };
            assert_eq!(pieces.size(), BodySize::Sized(length as u64));
            let mut lengths = Vec::new();
            while let Some(piece) = poll_fn(|context| Pin::new(&mut pieces).poll_next(context)).await {
                lengths.push(piece.unwrap().len());
            }
            assert_eq!(lengths, expected);
        }
    }
}
