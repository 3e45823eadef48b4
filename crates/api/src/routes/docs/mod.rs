//! The page that shows the OpenAPI document to people; all of its parts come from this program.

pub(super) mod file;
pub(super) mod page;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header::{self, HeaderValue};
use bytes::Bytes;
use utoipa_swagger_ui::Config;

use crate::answer::{Reply, ReplyBody};
use crate::endpoint::Endpoint;
use crate::error::ApiError;

/// What the endpoints of the page have in common.
const BASE: Endpoint = Endpoint { extension: true, ..Endpoint::BASE };

/// Nothing but what this service has is loaded; the page makes its styles and its icons by itself.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The page finds the document beside itself, under whatever prefix the API is mounted.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("../_openapi.json")));

/// A file of the page, if there is one with this name.
fn file_named(name: &str) -> Result<Option<(HeaderValue, Bytes)>, ApiError> {
    let found = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG));
    let found = found.map_err(|error| ApiError::Internal(error.to_string().into()))?;
    found
        .map(|file| {
            let media_type = HeaderValue::try_from(file.content_type);
            let media_type = media_type.map_err(|error| ApiError::Internal(error.into()))?;
            let bytes = match file.bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Ok((media_type, bytes))
        })
        .transpose()
}

/// The answer with a file.
fn shown((media_type, bytes): (HeaderValue, Bytes)) -> Reply {
    Reply::of(ReplyBody::Text(media_type, bytes)).with_headers([
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}
