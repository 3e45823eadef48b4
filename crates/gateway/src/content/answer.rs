//! The answer of the engine on its way to the client.

use std::io;
use std::time::Duration;

use actix_web::body::{BodyStream, SizedStream};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt as _};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::json;
use tokio::time::timeout;
use tributary_api::{ApiError, ErrorKind, wanted_json_type};
use tributary_storage::SearchProduct;

use super::failure;
use super::headers;

const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");
const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
/// An answer up to this size is received before anything of it is sent, so that one that is cut off is an error.
const RECEIVED_FIRST: usize = 64 * 1024;

/// An answer whose body was received as far as it is before the head is sent.
#[derive(Debug)]
pub(super) struct Answer {
    response: reqwest::Response,
    received: Bytes,
    is_complete: bool,
    is_signed_in_by_client: bool,
    /// How long the engine may pause.
    pause: Duration,
}

impl Answer {
    /// Receives the beginning of the body, or all of a small one. An error if the engine is not the one that answered.
    pub(super) async fn begin(
        mut response: reqwest::Response,
        pause: Duration,
        is_signed_in_by_client: bool,
        is_head: bool,
    ) -> Result<Self, ApiError> {
        let status = response.status().as_u16();
        if status == 401 && !is_signed_in_by_client {
            return Err(away("the engine refuses the credentials that this service was given"));
        }
        let media_type = response.headers().get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        let media_type = String::from_utf8_lossy(media_type).to_lowercase();
        if matches!(status, 502..=504) && !media_type.contains("json") {
            return Err(away(&format!("what stands before the engine answered {status}")));
        }
        if status >= 400 && media_type.contains("html") {
            let cause = format!("what stands before the engine answered {status} with a page");
            return Err(ApiError::BadEngineAnswer(cause.into()));
        }
        let mut received = BytesMut::new();
        let mut is_complete = false;
        let is_small = length(&response).is_some_and(|length| length <= RECEIVED_FIRST as u64);
        while !is_complete && (is_small || received.is_empty()) {
            let next = timeout(pause, response.chunk()).await.map_err(|_| failure::slow(pause))?;
            match next.map_err(|error| ApiError::BadEngineAnswer(error.into()))? {
                Some(piece) => received.extend_from_slice(&piece),
                None => is_complete = true,
            }
        }
        let received = received.freeze();
        let is_untold = status >= 400 && is_complete && received.is_empty() && !is_head;
        let mut answer = Self { response, received, is_complete, is_signed_in_by_client, pause };
        if is_untold {
            answer.tell(status);
        }
        Ok(answer)
    }

    /// Sets a body in the form of Elasticsearch's errors, where the engine gave none: clients read their cause there.
    fn tell(&mut self, status: u16) {
        let (error_type, reason) = untold(status);
        let cause = json!({ "type": error_type, "reason": reason });
        let body = json!({
            "error": { "root_cause": [cause], "type": error_type, "reason": reason },
            "status": status,
        });
        let headers = self.response.headers_mut();
        headers.remove(reqwest::header::CONTENT_ENCODING);
        headers.insert(CONTENT_TYPE, reqwest::header::HeaderValue::from_static("application/json"));
        self.replace(body.to_string().into());
    }

    pub(super) fn is_success(&self) -> bool {
        self.response.status().is_success()
    }

    /// Receives more of a body until something is found in it, or it is longer than a limit.
    pub(super) async fn find<T>(
        &mut self,
        limit: usize,
        find: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        loop {
            let found = find(&self.received);
            if found.is_some() || self.is_complete || self.received.len() > limit {
                return Ok(found);
            }
            let next = timeout(self.pause, self.response.chunk()).await;
            match next.map_err(|_| failure::slow(self.pause))?.map_err(failure::of)? {
                Some(piece) => self.received = [&self.received[..], &piece[..]].concat().into(),
                None => self.is_complete = true,
            }
        }
    }

    /// Receives the rest of a body that is not packed, within a limit, to be replaced.
    pub(super) async fn whole(&mut self, limit: usize) -> Result<Bytes, ApiError> {
        let mut whole = BytesMut::from(&self.received[..]);
        while !self.is_complete {
            let next = timeout(self.pause, self.response.chunk()).await;
            match next.map_err(|_| failure::slow(self.pause))?.map_err(failure::of)? {
                Some(piece) if whole.len() + piece.len() <= limit => whole.extend_from_slice(&piece),
                Some(_) => {
                    return Err(ApiError::BadEngineAnswer("the answer is longer than expected".into()));
                }
                None => self.is_complete = true,
            }
        }
        Ok(whole.freeze())
    }

    /// Sets another body.
    pub(super) fn replace(&mut self, body: Bytes) {
        self.response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        (self.received, self.is_complete) = (body, true);
    }

    /// The response for the client. It keeps what is unread of the request until it is sent, so that the connection is
    /// closed after it.
    pub(super) fn respond(
        self,
        request: &HttpRequest,
        product: SearchProduct,
        version: &str,
        unread: Option<Payload>,
    ) -> HttpResponse {
        let Self { response, received, is_complete, is_signed_in_by_client, pause } = self;
        let status = StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let mut builder = HttpResponse::build(status);
        let wanted = wanted_json_type(request);
        for header in
            headers::of_answer(response.headers(), product, &wanted, version, is_signed_in_by_client)
        {
            builder.append_header(header);
        }
        builder.insert_header((PRODUCT, HeaderValue::from_static("Elasticsearch")));
        if let Some(opaque_id) = request.headers().get(OPAQUE_ID) {
            builder.insert_header((OPAQUE_ID, opaque_id.clone()));
        }
        if !response.headers().contains_key(reqwest::header::CONTENT_ENCODING) {
            // The engine has decided against packing.
            builder.insert_header((CONTENT_ENCODING, HeaderValue::from_static("identity")));
        }
        let length = length(&response);
        if request.method() == Method::HEAD {
            if let Some(length) = length {
                builder.no_chunking(length);
            }
            let mut response = builder.body(BodyStream::new(stream::empty::<io::Result<Bytes>>()));
            // The HTTP library frames this body as that of the last request that it has read, which is a GET that was sent
            // behind this HEAD already: a declared size would be waited for, and chunks would be ended. So it has neither.
            response.head_mut().no_chunking(true);
            return response;
        }
        let path = request.path().to_owned();
        match (is_complete, unread) {
            (true, None) => builder.body(received),
            (_, unread) => {
                let first = stream::iter([Ok(received)]);
                let rest = rest(response, is_complete, pause, path);
                // It is dropped with the stream.
                let pieces = first.chain(rest).inspect(move |_| _ = &unread);
                match length {
                    Some(length) => builder.body(SizedStream::new(length, pieces.boxed_local())),
                    None => builder.streaming(pieces.boxed_local()),
                }
            }
        }
    }
}

/// What follows of a body. If it is cut off, so is the connection to the client, who could take it for complete.
fn rest(
    response: reqwest::Response,
    is_complete: bool,
    pause: Duration,
    path: String,
) -> impl Stream<Item = io::Result<Bytes>> {
    let start = (!is_complete).then_some((response, path));
    stream::unfold(start, move |state| async move {
        let (mut response, path) = state?;
        let cause = match timeout(pause, response.chunk()).await {
            Ok(Ok(Some(piece))) => return Some((Ok(piece), Some((response, path)))),
            Ok(Ok(None)) => return None,
            Ok(Err(error)) => failure::of(error),
            Err(_) => failure::slow(pause),
        };
        tracing::error!(path, ?cause, "an answer of the engine ended before it was complete");
        Some((Err(io::ErrorKind::UnexpectedEof.into()), None))
    })
}

fn length(response: &reqwest::Response) -> Option<u64> {
    response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The type and the reason of an error that the engine says nothing about.
fn untold(status: u16) -> (&'static str, String) {
    match status {
        401 | 403 => ("security_exception", format!("the search engine answered [{status}]")),
        404 => ("resource_not_found_exception", "the search engine has nothing there".to_owned()),
        413 => (
            ErrorKind::BodyTooLarge.row().error_type,
            "the body is longer than the search engine takes".to_owned(),
        ),
        429 => ("circuit_breaking_exception", "the search engine is overloaded, try again later".to_owned()),
        _ => ("status_exception", format!("the search engine answered [{status}], and gave no reason")),
    }
}

fn away(cause: &str) -> ApiError {
    ApiError::EngineAway(cause.into())
}
