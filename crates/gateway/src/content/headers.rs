//! The headers of requests and answers on their way between client and engine.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::header as out;
use tributary_storage::SearchProduct;

/// What is passed on of a request. Engines let some headers decide on behalf of whom they act, so nothing else is.
const PASSED: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-type",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-elastic-client-meta",
    "x-elastic-product-origin",
    "x-opaque-id",
];
/// What belongs to a single connection (RFC 9110, 7.6.1), beside what `Connection` names, or what would reveal the engine.
const NOT_ANSWERED: &[&str] = &[
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-elastic-product",
];
/// What an engine asks for of who signs in, which is this service unless the credentials of clients are passed on.
const CHALLENGE: &str = "www-authenticate";
const AUTHENTICATION: &str = "authorization";
const VENDOR: &str = "application/vnd.elasticsearch+";

/// The headers of a request to the engine.
pub(super) fn of_request(
    given: &HeaderMap,
    product: SearchProduct,
    has_body: bool,
    forwards_authorization: bool,
    own_authorization: Option<&out::HeaderValue>,
) -> out::HeaderMap {
    let mut headers = out::HeaderMap::new();
    let named = named_by_connection(given.get_all("connection").map(HeaderValue::as_bytes));
    for (name, value) in given {
        let is_passed =
            PASSED.contains(&name.as_str()) || (forwards_authorization && name.as_str() == AUTHENTICATION);
        let is_of_body = matches!(name.as_str(), "content-type" | "content-encoding");
        if !is_passed || (is_of_body && !has_body) || named.contains(&name.as_str().to_owned()) {
            continue;
        }
        let is_type = matches!(name.as_str(), "accept" | "content-type");
        let value = if is_type && product == SearchProduct::OpenSearch {
            plain_types(value.as_bytes())
        } else {
            value.as_bytes().to_vec()
        };
        if let (Ok(name), Ok(value)) =
            (out::HeaderName::from_bytes(name.as_str().as_bytes()), out::HeaderValue::from_bytes(&value))
        {
            headers.append(name, value);
        }
    }
    if let Some(own) = own_authorization.filter(|_| !headers.contains_key(out::AUTHORIZATION)) {
        headers.insert(out::AUTHORIZATION, own.clone());
    }
    headers
}

/// The headers of an answer to the client, without what this service sets itself.
pub(super) fn of_answer(
    given: &out::HeaderMap,
    product: SearchProduct,
    wanted_json: &HeaderValue,
    version: &str,
    is_signed_in_by_client: bool,
) -> Vec<(HeaderName, HeaderValue)> {
    let named = named_by_connection(given.get_all(out::CONNECTION).iter().map(out::HeaderValue::as_bytes));
    let is_passed = |name: &str| {
        !NOT_ANSWERED.contains(&name)
            && !named.contains(&name.to_owned())
            && (name != CHALLENGE || is_signed_in_by_client)
    };
    let mut headers = Vec::new();
    for (name, value) in given.iter().filter(|(name, _)| is_passed(name.as_str())) {
        let value = match name.as_str() {
            "content-type" if product == SearchProduct::OpenSearch && is_json(value.as_bytes()) => {
                // Types of others, such as those with a character set, stay where nobody asked for that of the vendor.
                if wanted_json.as_bytes().starts_with(VENDOR.as_bytes()) {
                    Some(wanted_json.clone())
                } else {
                    HeaderValue::from_bytes(value.as_bytes()).ok()
                }
            }
            "warning" => warning(value.as_bytes(), product, version)
                .and_then(|value| HeaderValue::from_bytes(&value).ok()),
            // The address of an engine is nothing for clients, who could not reach it.
            "location" if !is_path(value.as_bytes()) => None,
            _ => HeaderValue::from_bytes(value.as_bytes()).ok(),
        };
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_str().as_bytes()), value) {
            headers.push((name, value));
        }
    }
    headers
}

fn named_by_connection<'v>(values: impl Iterator<Item = &'v [u8]>) -> Vec<String> {
    let names = values.flat_map(|value| value.split(|byte| *byte == b','));
    names.map(|name| String::from_utf8_lossy(name.trim_ascii()).to_lowercase()).collect()
}

fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// The media types of a header, those of the vendor replaced by the plain ones.
fn plain_types(value: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(value) else { return value.to_vec() };
    let plain = |media_type: &str| {
        let mut parts = media_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let Some(form) = essence.strip_prefix(VENDOR) else { return media_type.trim().to_owned() };
        let kept = parts.filter(|part| !part.to_ascii_lowercase().starts_with("compatible-with"));
        std::iter::once(format!("application/{form}"))
            .chain(kept.map(str::to_owned))
            .collect::<Vec<_>>()
            .join(";")
    };
    text.split(',').map(plain).collect::<Vec<_>>().join(", ").into_bytes()
}

/// Whether a reference is a path on the same host.
fn is_path(reference: &[u8]) -> bool {
    let reads_as_slash = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'/' | b'\\'));
    reference.first() == Some(&b'/') && !reads_as_slash(reference.get(1))
}

/// A warning in the form that Elasticsearch's clients read, `299 Elasticsearch-version-hash "text"`. Those of another form
/// are not from the engine, and could make clients fail.
fn warning(value: &[u8], product: SearchProduct, version: &str) -> Option<Vec<u8>> {
    let rest = value.strip_prefix(b"299 ")?;
    let (agent, text) = rest.split_at(rest.iter().position(|byte| *byte == b' ')?);
    let has_version = agent.split(|byte| *byte == b'-').filter(|part| !part.is_empty()).count() >= 3;
    let quoted = text.strip_prefix(b" \"")?;
    if !has_version || !quoted.contains(&b'"') {
        return None;
    }
    if product == SearchProduct::OpenSearch && agent.starts_with(b"OpenSearch-") {
        return Some([format!("299 Elasticsearch-{version}-unknown").as_bytes(), text].concat());
    }
    Some(value.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn requests_lose_what_is_of_the_connection() {
        let given = headers(&[
            ("host", "a"),
            ("connection", "keep-alive, X-Opaque-Id"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "x"),
            ("authorization", "Basic x"),
            ("cookie", "a=b"),
            ("es-security-runas-user", "admin"),
            ("x-opaque-id", "7"),
            ("content-type", "application/vnd.elasticsearch+x-ndjson; compatible-with=9"),
            ("accept", "application/vnd.elasticsearch+json;compatible-with=9, text/plain;q=0.5"),
            ("accept-encoding", "gzip"),
        ]);
        let own = out::HeaderValue::from_static("ApiKey own");
        let sent = of_request(&given, SearchProduct::OpenSearch, true, false, Some(&own));
        let mut sent: Vec<String> =
            sent.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        sent.sort();
        assert_eq!(
            sent,
            [
                "accept-encoding: gzip",
                "accept: application/json, text/plain;q=0.5",
                "authorization: ApiKey own",
                "content-type: application/x-ndjson",
            ]
        );
        let sent = of_request(&given, SearchProduct::Elasticsearch, false, true, Some(&own));
        assert_eq!(sent["authorization"], "Basic x");
        assert!(sent["accept"].to_str().unwrap().contains("vnd.elasticsearch"));
        assert!(!sent.contains_key("content-type"), "there is no body");
    }

    #[test]
    fn answers_are_of_the_type_that_was_asked_for() {
        let mut given = out::HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json; charset=UTF-8"),
            ("content-length", "5"),
            ("connection", "close, x-inner"),
            ("x-inner", "a"),
            ("x-opaque-id", "7"),
            ("warning", "299 OpenSearch-3.8.0-abc \"a \\\"b\\\"\""),
            ("warning", "199 proxy \"stale\""),
            ("warning", "299 - \"text\""),
            ("warning", "299 OpenSearch-3.8.0-abc text"),
            ("location", "/a/_doc/1"),
            ("location", "http://127.0.0.1:9200/a"),
            ("location", "//127.0.0.1:9200/a"),
            ("www-authenticate", "Basic realm=\"engine\""),
            ("content-encoding", "gzip"),
        ] {
            given.append(out::HeaderName::from_static(name), out::HeaderValue::from_static(value));
        }
        let vendor = HeaderValue::from_static("application/vnd.elasticsearch+json;compatible-with=8");
        let answer = |product, wanted: &HeaderValue| {
            let headers = of_answer(&given, product, wanted, "9.5.0", false);
            headers
                .into_iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect::<Vec<_>>()
        };
        let answered = answer(SearchProduct::OpenSearch, &vendor);
        assert_eq!(
            answered,
            [
                "content-type: application/vnd.elasticsearch+json;compatible-with=8",
                "x-opaque-id: 7",
                "warning: 299 Elasticsearch-9.5.0-unknown \"a \\\"b\\\"\"",
                "location: /a/_doc/1",
                "content-encoding: gzip",
            ]
        );
        let forwarded = of_answer(&given, SearchProduct::OpenSearch, &vendor, "9.5.0", true);
        assert!(forwarded.iter().any(|(name, _)| name.as_str() == CHALLENGE), "clients sign in themselves");
        let plain = HeaderValue::from_static("application/json");
        assert_eq!(
            answer(SearchProduct::OpenSearch, &plain)[0],
            "content-type: application/json; charset=UTF-8"
        );
        assert_eq!(
            answer(SearchProduct::Elasticsearch, &vendor)[0],
            "content-type: application/json; charset=UTF-8"
        );
    }
}
