//! The body of a request: read and unpacked, neither further than the limit.

use std::convert::Infallible;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::rt::time::timeout;
use actix_web::web::{self, Bytes};
use actix_web::{HttpMessage as _, HttpRequest};
use bytes::BytesMut;
use futures_util::stream::{self, StreamExt as _};
use tokio::sync::Semaphore;
use tributary_domain::Refusal;

use crate::api::{Api, DEFAULT_BODY_LIMIT};
use crate::endpoint::{Body, Endpoint};
use crate::error::ApiError;
use crate::media_type;
use crate::packing::Packing;

/// How many bodies are unpacked at a time; others wait. It bounds memory and threads, and leaves processors to
/// requests that are not packed.
static UNPACKING: Semaphore = Semaphore::const_new(4);

/// Reads the body, if there is one, and unpacks it.
pub(crate) async fn read(
    api: &Api,
    endpoint: &Endpoint,
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Option<Bytes>, ApiError> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|value| value.parse::<usize>().ok());
    if declared == Some(0)
        || (declared.is_none() && !request.headers().contains_key(header::TRANSFER_ENCODING))
    {
        return Ok(None);
    }
    let received = match Packing::of(request.headers()) {
        Ok(_) if declared.is_some_and(|length| length > api.body_limit) => {
            Err(ApiError::BodyTooLarge(api.body_limit))
        }
        Ok(packing) => receive(api, declared, &mut payload).await.map(|received| (packing, received)),
        Err(error) => Err(error),
    };
    let (packing, received) = received.inspect_err(|_| {
        request.extensions_mut().insert(UnreadBody(payload));
    })?;
    let body = unpack(packing, received, api.body_limit).await?;
    if body.is_empty() {
        return Ok(None);
    }
    if matches!(endpoint.body, Body::None) {
        let reason =
            format!("request [{} {}] does not support having a body", request.method(), request.path());
        return Err(Refusal::InvalidArgument(reason).into());
    }
    media_type::check_content_type(request.headers())?;
    Ok(Some(body))
}

/// A body that was not read to its end. Where an answer is sent while it is still there, the connection is
/// closed behind it; otherwise the server waits for the rest of the body, for as long as the client likes.
pub(crate) struct UnreadBody(#[expect(dead_code, reason = "it only has to be there")] Payload);

impl UnreadBody {
    /// The body of an answer that keeps this one until it is sent.
    pub(crate) fn kept_until_sent(self, answer: Bytes) -> impl MessageBody + 'static {
        let length = answer.len() as u64;
        let sent = stream::iter([Ok::<_, Infallible>(answer)]).inspect(move |_| _ = &self);
        SizedStream::new(length, sent)
    }
}

/// The bytes as they arrive, packed or not.
async fn receive(api: &Api, declared: Option<usize>, payload: &mut Payload) -> Result<Bytes, ApiError> {
    // What is declared may never come: no more than is usual is reserved for it.
    let mut received = BytesMut::with_capacity(declared.unwrap_or(0).min(DEFAULT_BODY_LIMIT));
    loop {
        let next = timeout(api.body_timeout, payload.next()).await;
        let Some(chunk) = next.map_err(|_| ApiError::BodyTimeout(api.body_timeout))? else {
            return Ok(received.freeze());
        };
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        if received.len() + chunk.len() > api.body_limit {
            return Err(ApiError::BodyTooLarge(api.body_limit));
        }
        received.extend_from_slice(&chunk);
    }
}

/// Why a body does not arrive whole, in words for its sender.
fn unreadable(error: &PayloadError) -> Refusal {
    Refusal::MalformedBody(match error {
        PayloadError::Incomplete(_) => {
            "the body ends before it is complete, or its chunks are malformed".to_owned()
        }
        other => format!("the body cannot be read: {other}"),
    })
}

/// Unpacks apart from the thread that serves: a small body may take long.
async fn unpack(packing: Packing, received: Bytes, limit: usize) -> Result<Bytes, ApiError> {
    if packing == Packing::Identity || received.is_empty() {
        return Ok(received);
    }
    let turn = UNPACKING.acquire().await.map_err(|error| ApiError::Internal(error.into()))?;
    // The turn ends with the work, also where nobody waits for the answer any more.
    let unpacked = web::block(move || {
        let unpacked = packing.unpack(&received, limit);
        drop(turn);
        unpacked
    });
    let unpacked = unpacked.await.map_err(|error| ApiError::Internal(error.into()))?;
    let unpacked = unpacked.map_err(|cause| {
        Refusal::MalformedBody(format!("the body cannot be unpacked as its Content-Encoding says: {cause}"))
    })?;
    unpacked.map(Bytes::from).ok_or(ApiError::BodyTooLarge(limit))
}
