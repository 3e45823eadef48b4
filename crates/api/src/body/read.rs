//! Reads and decompresses the body of a request, both within the size limit.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{HttpMessage as _, HttpRequest};
use bytes::BytesMut;
use futures_util::stream::StreamExt as _;
use tokio::sync::Semaphore;
use tributary_domain::Refusal;

use super::packing::Packing;
use super::unread::UnreadBody;
use crate::error::ApiError;
use crate::limits::{LimitReached, Pace, Reservation};
use crate::media_type;

/// The default maximum size of a request body in bytes, after decompression.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// The size that few bodies exceed.
const TYPICAL: usize = 64 * 1024;

/// The default for how long a request body may stall.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The limits of a request body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// The maximum size in bytes, after decompression.
    pub(crate) bytes: usize,
    /// How long it may stall.
    pub(crate) timeout: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: DEFAULT_BODY_LIMIT, timeout: DEFAULT_BODY_TIMEOUT }
    }
}

/// What a body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyForm {
    /// There must be none.
    None,
    Json,
    /// JSON texts, one a line.
    Lines,
}

/// How many bodies are decompressed at a time; others wait. This bounds memory and threads, and leaves processors to
/// uncompressed requests.
static UNPACKING: Semaphore = Semaphore::const_new(4);

/// Reads and decompresses the body, if there is one. It keeps its memory reserved as long as it exists.
pub(crate) async fn read(
    limits: BodyLimits,
    mut memory: Reservation,
    form: BodyForm,
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
        Ok(_) if declared.is_some_and(|length| length > limits.bytes) => {
            Err(ApiError::BodyTooLarge(limits.bytes))
        }
        Ok(packing) => {
            receive(limits, &mut memory, declared, &mut payload).await.map(|received| (packing, received))
        }
        Err(error) => Err(error),
    };
    let (packing, received) = received.inspect_err(|_| {
        request.extensions_mut().insert(UnreadBody(payload));
    })?;
    let body = unpack(packing, received, limits.bytes).await?;
    if !memory.grow_to(body.len()) {
        return Err(LimitReached::BodyMemory(memory.most()).into());
    }
    if body.is_empty() {
        return Ok(None);
    }
    if form == BodyForm::None {
        let reason =
            format!("request [{} {}] does not support having a body", request.method(), request.path());
        return Err(Refusal::InvalidArgument(reason).into());
    }
    match form {
        BodyForm::Lines => media_type::check_type_of_lines(request.headers())?,
        BodyForm::None | BodyForm::Json => media_type::check_content_type(request.headers())?,
    }
    Ok(Some(memory.hold(body)))
}

/// A body as it was received, and unpacked.
#[derive(Debug)]
pub struct ReceivedBody {
    /// As it was received.
    pub received: Bytes,
    /// As its `Content-Encoding` says.
    pub unpacked: Bytes,
}

impl ReceivedBody {
    /// Reads and unpacks a body, both within a limit and the memory for bodies; the body may stall for so long.
    pub async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        limit: usize,
        stall: Duration,
    ) -> Result<Self, ApiError> {
        let packing = Packing::of(request.headers())?;
        let limits = BodyLimits { bytes: limit, timeout: stall };
        let mut memory = Reservation::for_body_of(request);
        let received = receive(limits, &mut memory, None, payload).await?;
        let unpacked = unpack(packing, received.clone(), limit).await?;
        if packing != Packing::Identity && !memory.grow_to(received.len() + unpacked.len()) {
            return Err(LimitReached::BodyMemory(memory.most()).into());
        }
        Ok(Self { received: memory.hold(received), unpacked })
    }
}

/// Why a body did not arrive completely, for the client.
#[must_use]
pub fn unreadable_body(error: &PayloadError) -> ApiError {
    unreadable(error).into()
}

/// The bytes as received, compressed or not.
async fn receive(
    limits: BodyLimits,
    memory: &mut Reservation,
    declared: Option<usize>,
    payload: &mut Payload,
) -> Result<Bytes, ApiError> {
    // The declared length may never arrive: allocate no more than a typical size at first.
    let mut received = BytesMut::with_capacity(declared.unwrap_or(0).min(TYPICAL));
    let mut pace = Pace::new(limits.timeout);
    loop {
        let next = pace.wait(payload.next()).await;
        let Some(chunk) = next.ok_or(ApiError::BodyTimeout(limits.timeout))? else {
            return Ok(received.freeze());
        };
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        pace.count(chunk.len());
        let length = received.len() + chunk.len();
        if length > limits.bytes {
            return Err(ApiError::BodyTooLarge(limits.bytes));
        }
        if !memory.grow_to(length) {
            return Err(LimitReached::BodyMemory(memory.most()).into());
        }
        if length > received.capacity() {
            let rest = declared.unwrap_or(0).min(DEFAULT_BODY_LIMIT).saturating_sub(received.len());
            received.reserve(rest.max(chunk.len()));
        }
        received.extend_from_slice(&chunk);
    }
}

/// Why a body did not arrive completely, for the client.
fn unreadable(error: &PayloadError) -> Refusal {
    Refusal::MalformedBody(match error {
        PayloadError::Incomplete(_) => {
            "the body ends before it is complete, or its chunks are malformed".to_owned()
        }
        other => format!("the body cannot be read: {other}"),
    })
}

/// Decompresses off the server's threads: a small body can take long.
async fn unpack(packing: Packing, received: Bytes, limit: usize) -> Result<Bytes, ApiError> {
    if packing == Packing::Identity || received.is_empty() {
        return Ok(received);
    }
    let turn = UNPACKING.acquire().await.map_err(|error| ApiError::Internal(error.into()))?;
    // The permit is released when the work ends, even if the client has gone.
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
