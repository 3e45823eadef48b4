//! A body of which a part was not read because the request is rejected.

use std::convert::Infallible;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::Payload;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

/// A body that was not read to its end. If the answer is sent while it exists, the connection is closed afterwards;
/// otherwise the server would wait for the rest of the body indefinitely.
pub(crate) struct UnreadBody(#[expect(dead_code, reason = "it only has to be there")] pub(crate) Payload);

impl UnreadBody {
    /// The response body that keeps this one until it is sent.
    pub(crate) fn kept_until_sent(self, answer: Bytes) -> impl MessageBody + 'static {
        let length = answer.len() as u64;
        let sent = stream::iter([Ok::<_, Infallible>(answer)]).inspect(move |_| _ = &self);
        SizedStream::new(length, sent)
    }
}
