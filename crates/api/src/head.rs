//! Requests that are refused by their head, before there is a path that could be routed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;

use crate::dispatch;
use crate::error::ApiError;

/// The answer to a request whose head cannot be read, in the shape of all errors: for servers, whose HTTP
/// library refuses such a request before any handler, by nothing but a status.
///
/// `408` is for a head that does not arrive, `431` for one that is too long, any other status for one that
/// is none.
#[must_use]
pub fn refuse_head(status: StatusCode) -> HttpResponse<String> {
    let error = match status {
        StatusCode::REQUEST_TIMEOUT => ApiError::HeadTimeout,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ApiError::HeadTooLong,
        _ => ApiError::Unreadable,
    };
    HttpResponse::build(error.status())
        .insert_header(dispatch::product())
        .insert_header(ContentType::json())
        .finish()
        .set_body(error.body())
}
