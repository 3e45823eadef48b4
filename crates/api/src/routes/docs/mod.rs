//! The documentation page for the OpenAPI document; all of its files are embedded in the binary.

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

/// The base of the documentation endpoints.
const BASE: Endpoint = Endpoint { extension: true, ..Endpoint::BASE };

/// Only resources of this service are loaded; the page generates its styles and icons.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The page loads the document relative to itself, so that any mount prefix works.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("../_openapi.json")));

/// The file of the page with this name, if there is one.
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

/// The response with a file.
fn shown((media_type, bytes): (HeaderValue, Bytes)) -> Reply {
    Reply::of(ReplyBody::Text(media_type, bytes)).with_headers([
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}
