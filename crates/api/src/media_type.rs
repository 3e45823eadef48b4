//! Media types of requests and answers, those of Elasticsearch's own clients included.

use actix_web::http::header::HeaderMap;
use mime::Mime;

use crate::error::ApiError;

/// The major versions whose clients are served.
const COMPATIBLE_WITH: &[&str] = &["8", "9"];
const VENDOR_SUBTYPE: &str = "vnd.elasticsearch";
/// Forms in which Elasticsearch answers beside JSON.
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

/// What to answer with: the vendor's type where it was asked for and plain JSON is not liked better,
/// plain JSON otherwise. Who wants nothing but one of Elasticsearch's other forms is told that there is none.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<AnswerType, ApiError> {
    let Some(accept) = headers.get("accept").and_then(|value| value.to_str().ok()) else {
        return Ok(AnswerType::Json);
    };
    if accept == "*/*" || accept == "application/json" {
        return Ok(AnswerType::Json);
    }
    let mut wanted: Option<(Mime, f32)> = None;
    let items: Vec<Mime> = accept.split(',').filter_map(|item| item.trim().parse().ok()).collect();
    if !items.is_empty() && items.iter().all(is_another_form) {
        return Err(ApiError::MediaType(format!(
            "Accept header [{accept}] is not supported, answers are [application/json]"
        )));
    }
    for item in items {
        let weight = item.get_param("q").and_then(|weight| weight.as_str().parse().ok()).unwrap_or(1.0);
        let served = is_vendor(&item) || item.essence_str() == "application/json";
        let least = wanted.as_ref().map_or(0.0, |(_, weight)| *weight);
        // Of types that are wanted alike the vendor's wins, then the first.
        let instead = wanted.as_ref().is_some_and(|(known, _)| is_vendor(&item) && !is_vendor(known));
        if served && (weight > least || (weight >= least && instead)) {
            wanted = Some((item, weight));
        }
    }
    match wanted {
        Some((vendor, _)) if is_vendor(&vendor) => {
            Ok(AnswerType::Vendor { version: version(&vendor, "Accept")? })
        }
        _ => Ok(AnswerType::Json),
    }
}

/// Whether a body may be read as JSON, by its `Content-Type`.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(header) = headers.get("content-type") else {
        return Err(ApiError::MediaType(
            "Content-Type header is missing, [application/json] is needed".into(),
        ));
    };
    let unsupported = |value: &str| {
        ApiError::MediaType(format!(
            "Content-Type header [{value}] is not supported, [application/json] is needed"
        ))
    };
    let value = header.to_str().map_err(|_| unsupported("?"))?;
    let parsed: Mime = value.parse().map_err(|_| unsupported(value))?;
    // JSON is UTF-8; in another encoding the same bytes would mean something else.
    if parsed.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return Err(unsupported(value));
    }
    if is_vendor(&parsed) {
        return version(&parsed, "Content-Type").map(drop);
    }
    if parsed.essence_str() == "application/json" { Ok(()) } else { Err(unsupported(value)) }
}

fn is_vendor(media_type: &Mime) -> bool {
    media_type.type_() == mime::APPLICATION
        && media_type.subtype() == VENDOR_SUBTYPE
        && media_type.suffix() == Some(mime::JSON)
}

/// Whether it is one of [`NOT_SERVED`], as `application/yaml` or as the vendor's type.
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
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        headers
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
            assert_eq!(negotiate(&headers("accept", accept)).unwrap().header(), expected, "{accept}");
        }
        for refused in [
            "application/vnd.elasticsearch+json;compatible-with=7",
            "application/yaml",
            "Application/CBOR",
            "application/smile, application/yaml;q=0.5",
            "application/vnd.elasticsearch+cbor; compatible-with=9",
        ] {
            assert!(negotiate(&headers("accept", refused)).is_err(), "{refused}");
        }
        assert_eq!(negotiate(&HeaderMap::new()).unwrap(), AnswerType::Json);
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
