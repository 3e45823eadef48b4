//! The HTTP response: status, headers and body, of success and of failure.

use std::error::Error;
use std::io;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream;

use super::presentation;
use super::reply::{Reply, ReplyBody};
use super::warning_header;
use crate::body::UnreadBody;
use crate::error::ApiError;
use crate::media_type::{self, AnswerType};
use crate::parameter;

/// The header that official clients check to verify the product.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");
const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
/// The `Retry-After` in seconds for an unavailable store.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// What requests are authenticated by.
const CHALLENGE: HeaderValue = HeaderValue::from_static("ApiKey");

/// The response for success, with a `Warning` header for each warning.
pub(crate) fn respond(
    request: &HttpRequest,
    reply: Reply,
    answer_type: &AnswerType,
    version: &str,
) -> HttpResponse {
    let mut response = with_headers(request, reply.status);
    response.insert_header((
        header::CONTENT_TYPE,
        match &reply.body {
            ReplyBody::Json(_) => json_type(answer_type),
            ReplyBody::Text(media_type, _) | ReplyBody::Stream(media_type, _) => media_type.clone(),
        },
    ));
    for header in reply.headers {
        response.insert_header(header);
    }
    let mut response = match reply.body {
        ReplyBody::Json(body) | ReplyBody::Text(_, body) => response.body(body),
        // Nothing is read for a body that is not sent.
        ReplyBody::Stream(..) if request.method() == Method::HEAD => {
            response.streaming(stream::empty::<io::Result<Bytes>>())
        }
        ReplyBody::Stream(_, pieces) => response.streaming(pieces),
    };
    warning_header::add(request, &mut response, &reply.warnings, version);
    response
}

/// The response for an error, in the common error format.
pub(crate) fn refuse(request: &HttpRequest, error: &ApiError, answer_type: &AnswerType) -> HttpResponse {
    log_failure(request.method(), request.path(), error);
    let mut body = Bytes::from(error.body());
    // Errors are indented on request like answers, but never filtered.
    let pairs = parameter::pairs(request.query_string()).unwrap_or_default();
    if pairs.iter().any(|(name, value)| name == "pretty" && value != "false") {
        body = presentation::pretty(&body);
    }
    let mut response = with_headers(request, error.status());
    response.insert_header((header::CONTENT_TYPE, json_type(answer_type)));
    if let ApiError::Limited(reached) = error {
        response.insert_header((header::RETRY_AFTER, reached.retry_after()));
    }
    match request.extensions_mut().remove::<UnreadBody>() {
        Some(unread) => response.finish().set_body(unread.kept_until_sent(body)).map_into_boxed_body(),
        None => response.body(body),
    }
}

/// Logs an error with its causes, if it is one of the service or the store.
pub(crate) fn log_failure(method: &Method, path: &str, error: &ApiError) {
    if error.status().is_server_error() {
        let cause = causes(error);
        tracing::error!(%method, path, %cause, "request failed: {error}");
    }
}

/// A response with the common headers.
fn with_headers(request: &HttpRequest, status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((PRODUCT, HeaderValue::from_static("Elasticsearch")));
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, CHALLENGE));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS));
    }
    if let Some(opaque_id) = request.headers().get(OPAQUE_ID) {
        response.insert_header((OPAQUE_ID, opaque_id.clone()));
    }
    response
}

/// The media type in which a client asked for JSON.
#[must_use]
pub fn wanted_json_type(request: &HttpRequest) -> HeaderValue {
    json_type(&media_type::negotiate(request).unwrap_or(AnswerType::Json))
}

/// The requested JSON media type.
fn json_type(answer_type: &AnswerType) -> HeaderValue {
    let json = HeaderValue::from_static("application/json");
    match answer_type {
        AnswerType::Json => json,
        vendor @ AnswerType::Vendor { .. } => HeaderValue::try_from(vendor.header()).unwrap_or(json),
    }
}

/// The causes of an error, outermost first; a cause that the previous message already ends with is left out.
fn causes(error: &ApiError) -> String {
    let mut text = String::new();
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use futures_util::stream::StreamExt as _;
    use tributary_storage::StoreError;

    use super::*;

    #[actix_web::test]
    async fn only_json_is_of_the_type_that_was_asked_for() {
        let request = TestRequest::default().insert_header(("x-opaque-id", "client-7")).to_http_request();
        let vendor = AnswerType::Vendor { version: "9".to_owned() };
        let plain = HeaderValue::from_static("text/plain");
        let pieces = stream::iter([Ok(Bytes::from_static(b"a ")), Ok(Bytes::from_static(b"b"))]).boxed();
        for (body, media_type, text) in [
            (ReplyBody::Json(Bytes::from_static(b"{}")), vendor.header(), "{}"),
            (ReplyBody::Text(plain.clone(), Bytes::from_static(b"a")), "text/plain".to_owned(), "a"),
            (ReplyBody::Stream(plain, pieces), "text/plain".to_owned(), "a b"),
        ] {
            let reply = Reply::of(body).with_headers([(header::ETAG, HeaderValue::from_static("e"))]);
            let response = respond(&request, reply, &vendor, "9.5.0");
            let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
            assert_eq!(header("content-type"), Some(media_type.as_str()));
            assert_eq!([header("etag"), header("x-opaque-id")], [Some("e"), Some("client-7")]);
            assert_eq!(to_bytes(response.into_body()).await.unwrap(), text);
        }
    }

    #[test]
    fn all_causes_are_told_once() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let error = ApiError::Unavailable(StoreError::Unavailable(refused.into()));
        assert_eq!(causes(&error), "the store is not available: connection refused");
        assert_eq!(causes(&ApiError::Conflict), "");
    }
}
