//! Media types of requests and answers, including those of Elasticsearch's clients.

use actix_web::HttpMessage;
use actix_web::http::header::{ACCEPT, Accept, Header as _, HeaderMap, HeaderValue, Quality};
use mime::Mime;

use crate::error::ApiError;

/// The major versions of the supported clients.
const COMPATIBLE_WITH: &[&str] = &["8", "9"];
const VENDOR_SUBTYPE: &str = "vnd.elasticsearch";
/// Formats that Elasticsearch supports besides JSON, and this service does not.
const NOT_SERVED: &[&str] = &["yaml", "cbor", "smile"];

/// The media type of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AnswerType {
    Json,
    Vendor { version: String },
}

impl AnswerType {
    /// The value of the `Content-Type` header.
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Json => "application/json".to_owned(),
            Self::Vendor { version } => {
                format!("application/{VENDOR_SUBTYPE}+json;compatible-with={version}")
            }
        }
    }
}

/// Chooses the media type of the answer: the vendor type if requested and plain JSON is not preferred, otherwise plain
/// JSON. Clients that accept only another of Elasticsearch's formats get an error.
pub(crate) fn negotiate(request: &impl HttpMessage) -> Result<AnswerType, ApiError> {
    let given = request.headers().get(ACCEPT).map(HeaderValue::as_bytes);
    if matches!(given, None | Some(b"*/*" | b"application/json")) {
        return Ok(AnswerType::Json);
    }
    let Ok(accept) = Accept::parse(request) else { return Ok(AnswerType::Json) };
    if !accept.is_empty() && accept.iter().all(|wanted| is_another_form(&wanted.item)) {
        return Err(ApiError::MediaType(format!(
            "Accept header [{}] is not supported, answers are [application/json]",
            String::from_utf8_lossy(given.unwrap_or_default())
        )));
    }
    let is_served =
        |media_type: &Mime| is_vendor(media_type) || media_type.essence_str() == "application/json";
    let served = accept.iter().filter(|wanted| wanted.quality > Quality::ZERO && is_served(&wanted.item));
    // At equal quality the vendor type wins, then the first, which is the last one read backwards.
    match served.rev().max_by_key(|wanted| (wanted.quality, is_vendor(&wanted.item))) {
        Some(wanted) if is_vendor(&wanted.item) => {
            Ok(AnswerType::Vendor { version: version(&wanted.item, "Accept")? })
        }
        _ => Ok(AnswerType::Json),
    }
}

/// Whether the `Content-Type` allows the body to be parsed as JSON.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    check_body_type(headers, &["json"])
}

/// Whether the `Content-Type` allows the body to be parsed as lines of JSON.
pub(crate) fn check_type_of_lines(headers: &HeaderMap) -> Result<(), ApiError> {
    check_body_type(headers, &["x-ndjson", "json"])
}

/// Whether the `Content-Type` is one of these forms, plain or of the vendor.
fn check_body_type(headers: &HeaderMap, forms: &[&str]) -> Result<(), ApiError> {
    let served = forms[0];
    let Some(header) = headers.get("content-type") else {
        return Err(ApiError::MediaType(format!(
            "Content-Type header is missing, [application/{served}] is needed"
        )));
    };
    let unsupported = |value: &str| {
        ApiError::MediaType(format!(
            "Content-Type header [{value}] is not supported, [application/{served}] is needed"
        ))
    };
    let value = header.to_str().map_err(|_| unsupported("?"))?;
    let parsed: Mime = value.parse().map_err(|_| unsupported(value))?;
    // JSON is UTF-8; in another encoding the same bytes would mean something else.
    if parsed.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return Err(unsupported(value));
    }
    let is_served = |form: mime::Name<'_>| forms.iter().any(|served| form == *served);
    if is_of_vendor(&parsed) && parsed.suffix().is_some_and(is_served) {
        return version(&parsed, "Content-Type").map(drop);
    }
    let is_plain = parsed.type_() == mime::APPLICATION && parsed.suffix().is_none();
    if is_plain && is_served(parsed.subtype()) { Ok(()) } else { Err(unsupported(value)) }
}

fn is_vendor(media_type: &Mime) -> bool {
    is_of_vendor(media_type) && media_type.suffix() == Some(mime::JSON)
}

fn is_of_vendor(media_type: &Mime) -> bool {
    media_type.type_() == mime::APPLICATION && media_type.subtype() == VENDOR_SUBTYPE
}

/// Whether it is one of [`NOT_SERVED`], as `application/yaml` or as the vendor type.
fn is_another_form(media_type: &Mime) -> bool {
    let form = media_type.suffix().unwrap_or_else(|| media_type.subtype());
    let is_vendor = media_type.suffix().is_some() && media_type.subtype() == VENDOR_SUBTYPE;
    media_type.type_() == mime::APPLICATION
        && (media_type.suffix().is_none() || is_vendor)
        && NOT_SERVED.iter().any(|other| form == *other)
}

fn version(media_type: &Mime, header: &str) -> Result<String, ApiError> {
    let version = media_type.get_param("compatible-with").map_or(COMPATIBLE_WITH[1], |value| value.as_str());
    if COMPATIBLE_WITH.contains(&version) {
        return Ok(version.to_owned());
    }
    Err(ApiError::MediaType(format!(
        "{header} header [{media_type}] asks for compatibility with version [{version}], served are [{}]",
        COMPATIBLE_WITH.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use actix_web::HttpRequest;
    use actix_web::http::header::HeaderName;
    use actix_web::test::TestRequest;

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        headers
    }

    fn accepting(accept: &str) -> HttpRequest {
        TestRequest::default().insert_header((ACCEPT, accept)).to_http_request()
    }

    #[test]
    fn answers_in_the_type_that_was_asked_for() {
        let cases = [
            ("*/*", "application/json"),
            ("application/json", "application/json"),
            ("text/html,application/xhtml+xml;q=0.9", "application/json"),
            ("application/yaml, application/json;q=0.1", "application/json"),
            ("application/yaml, */*", "application/json"),
            ("text/yaml", "application/json"),
            (
                "application/vnd.elasticsearch+json; compatible-with=8",
                "application/vnd.elasticsearch+json;compatible-with=8",
            ),
            (
                "application/vnd.elasticsearch+json;compatible-with=9,text/plain",
                "application/vnd.elasticsearch+json;compatible-with=9",
            ),
            (
                "application/json,application/vnd.elasticsearch+json;compatible-with=8",
                "application/vnd.elasticsearch+json;compatible-with=8",
            ),
            (
                "application/vnd.elasticsearch+json;compatible-with=8;q=0.2,application/vnd.elasticsearch+json;compatible-with=9;q=0.8",
                "application/vnd.elasticsearch+json;compatible-with=9",
            ),
            (
                "application/json;q=0.9,application/vnd.elasticsearch+json;compatible-with=9;q=0.1",
                "application/json",
            ),
            ("application/vnd.elasticsearch+json;compatible-with=9;q=0,*/*", "application/json"),
        ];
        for (accept, expected) in cases {
            assert_eq!(negotiate(&accepting(accept)).unwrap().header(), expected, "{accept}");
        }
        for refused in [
            "application/vnd.elasticsearch+json;compatible-with=7",
            "application/yaml",
            "Application/CBOR",
            "application/smile, application/yaml;q=0.5",
            "application/vnd.elasticsearch+cbor; compatible-with=9",
        ] {
            assert!(negotiate(&accepting(refused)).is_err(), "{refused}");
        }
        assert_eq!(negotiate(&TestRequest::default().to_http_request()).unwrap(), AnswerType::Json);
    }

    #[test]
    fn bodies_are_json() {
        for good in [
            "application/json",
            "application/json; charset=UTF-8",
            "Application/JSON;charset=utf-8",
            "application/vnd.elasticsearch+json; compatible-with=8",
        ] {
            assert!(check_content_type(&headers("content-type", good)).is_ok(), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "application/json; charset=iso-8859-1",
            "json",
            "",
        ] {
            assert!(check_content_type(&headers("content-type", bad)).is_err(), "{bad}");
        }
        assert!(check_content_type(&HeaderMap::new()).is_err());
    }
}
