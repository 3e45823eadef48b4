//! From requests of HTTP/2 to what an application gets, which are like those of HTTP/1.1.

use std::io;
use std::net::SocketAddr;

use actix_http::error::PayloadError;
use actix_http::{Payload, Request};
use actix_web::http::header::{
    CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use actix_web::http::{Method, Uri, Version};
use futures_util::stream::StreamExt as _;
use http_body::Body as _;
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use tributary_api::HeadRefusal;

use super::super::head::REFUSED;

/// The request for the application; a placeholder for one that is refused.
pub(super) fn converted(request: hyper::Request<Incoming>, peer: Option<SocketAddr>) -> Request {
    let (parts, body) = request.into_parts();
    let has_body = !body.is_end_stream();
    let payload = if has_body { payload(body) } else { Payload::None };
    let mut request = Request::with_payload(payload);
    let head = request.head_mut();
    head.version = Version::HTTP_2;
    head.peer_addr = peer;
    head.headers = headers(&parts, has_body);
    head.method = Method::from_bytes(parts.method.as_str().as_bytes()).unwrap_or_default();
    head.uri = target(&parts).unwrap_or_else(|refusal| {
        let reason: &'static str = refusal.into();
        head.headers.insert(REFUSED, HeaderValue::from_static(reason));
        Uri::from_static("/")
    });
    request
}

/// The path and the parameters.
fn target(parts: &Parts) -> Result<Uri, HeadRefusal> {
    if parts.method == hyper::Method::CONNECT {
        return Err(HeadRefusal::Connect);
    }
    let target = parts.uri.path_and_query().ok_or(HeadRefusal::Malformed)?.as_str();
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(HeadRefusal::Target);
    }
    target.parse().map_err(|_| HeadRefusal::Target)
}

/// The headers, with those that HTTP/1.1 has for what HTTP/2 says otherwise.
fn headers(parts: &Parts, has_body: bool) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(parts.headers.len() + 1);
    for (name, value) in &parts.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    for ignored in [REFUSED, EXPECT, TRANSFER_ENCODING] {
        headers.remove(ignored);
    }
    let authority = parts.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(authority) = authority {
        headers.insert(HOST, authority);
    }
    if has_body && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    headers
}

fn payload(body: Incoming) -> Payload {
    let pieces = BodyDataStream::new(body);
    let pieces = pieces.map(|piece| piece.map_err(|error| PayloadError::Io(io::Error::other(error))));
    Payload::Stream { payload: pieces.boxed_local() }
}
