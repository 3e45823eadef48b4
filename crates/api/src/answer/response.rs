//! The response to a request: status, headers and body, of success and of failure.

use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use bytes::Bytes;

use super::presentation;
use super::reply::Reply;
use super::warning_header;
use crate::body::UnreadBody;
use crate::error::ApiError;
use crate::media_type::AnswerType;
use crate::parameter;

const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");
const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
/// How many seconds a client should wait for a store that is away.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// The response to a request that failed, in the shape of all errors.
pub(crate) fn refuse(request: &HttpRequest, error: &ApiError, answer_type: &AnswerType) -> HttpResponse {
    if error.status().is_server_error() {
        let cause = causes(error);
        tracing::error!(method = %request.method(), path = request.path(), %cause, "request failed: {error}");
    }
    let mut body = Bytes::from(error.body());
    // Errors are indented on request like answers, but never filtered: they would be lost.
    let pairs = parameter::pairs(request.query_string()).unwrap_or_default();
    if pairs.iter().any(|(name, value)| name == "pretty" && value != "false") {
        body = presentation::pretty(&body);
    }
    let mut response = respond(request, error.status(), answer_type, body.clone());
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    match request.extensions_mut().remove::<UnreadBody>() {
        Some(unread) => response.set_body(unread.kept_until_sent(body)).map_into_boxed_body(),
        None => response,
    }
}

/// The response of success, with a header for what is probably wrong with the request all the same.
pub(crate) fn reply(
    request: &HttpRequest,
    reply: Reply,
    answer_type: &AnswerType,
    version: &str,
) -> HttpResponse {
    let mut response = respond(request, reply.status, answer_type, reply.body);
    warning_header::add(request, &mut response, &reply.warnings, version);
    response
}

/// A response of JSON with the headers that all have.
pub(crate) fn respond(
    request: &HttpRequest,
    status: StatusCode,
    answer_type: &AnswerType,
    body: Bytes,
) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header(product());
    if let Some(opaque_id) = request.headers().get(OPAQUE_ID) {
        response.insert_header((OPAQUE_ID, opaque_id.clone()));
    }
    match answer_type {
        AnswerType::Json => {
            response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        }
        vendor @ AnswerType::Vendor { .. } => response.insert_header((header::CONTENT_TYPE, vendor.header())),
    };
    response.body(body)
}

/// The header by which official clients know a server that they may talk to.
pub(crate) fn product() -> (HeaderName, HeaderValue) {
    (PRODUCT, HeaderValue::from_static("Elasticsearch"))
}

/// All causes of an error, from the nearest to the last; one that the text before it ends with already is left out.
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
    use std::io;

    use tributary_storage::StoreError;

    use super::*;

    #[test]
    fn all_causes_are_told_once() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let error = ApiError::Unavailable(StoreError::Unavailable(refused.into()));
        assert_eq!(causes(&error), "the store is not available: connection refused");
        assert_eq!(causes(&ApiError::Conflict), "");
    }
}
