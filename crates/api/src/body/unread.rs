//! A body that is refused before all of it was read.

use std::convert::Infallible;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::Payload;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

/// A body that was not read to its end. Where an answer is sent while it is still there, the connection is
/// closed behind it; otherwise the server waits for the rest of the body, for as long as the client likes.
pub(crate) struct UnreadBody(#[expect(dead_code, reason = "it only has to be there")] pub(super) Payload);

impl UnreadBody {
    /// The body of an answer that keeps this one until it is sent.
    pub(crate) fn kept_until_sent(self, answer: Bytes) -> impl MessageBody + 'static {
        let length = answer.len() as u64;
        let sent = stream::iter([Ok::<_, Infallible>(answer)]).inspect(move |_| _ = &self);
        SizedStream::new(length, sent)
    }
}
