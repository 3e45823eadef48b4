//! The head of a request: whether the HTTP library accepts it, the framing of the body, and the head without an
//! upgrade to another protocol.

use std::mem::MaybeUninit;

use actix_web::http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE,
};
use actix_web::http::{Method, Uri};
use httparse::{Error, Header, Request, Status};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use tributary_api::HeadRefusal;

use super::body::{Body, Chunks};

/// The maximum size of a head in bytes: slightly less than the limit of the HTTP library.
pub(super) const MAXIMUM_LENGTH: usize = 127 * 1024;
/// The maximum number of headers, as in the HTTP library.
const MAXIMUM_HEADERS: usize = 96;
/// The maximum length of a target and of a header name, as in the HTTP library's types.
const MAXIMUM_NAME: usize = u16::MAX as usize - 1;
/// The maximum length of the method and of the path of a rejected request in the log.
const MAXIMUM_TOLD: usize = 512;
/// The header with which HTTP/1.1 clients offer to upgrade to HTTP/2.
const HTTP2_SETTINGS: &str = "http2-settings";
/// Characters that must be escaped in a path.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The header of a placeholder with the reason of the rejection. It is removed from heads that clients send.
pub(super) const REFUSED: HeaderName = HeaderName::from_static("x-tributary-refused-head");

/// A head that the HTTP library accepts.
#[derive(Debug)]
pub(super) struct Head {
    /// Its size in bytes.
    pub(super) length: usize,
    /// The framing of its body, if it has one.
    pub(super) body: Option<Body>,
    /// Whether the connection is closed after the answer, so that no further request is read.
    pub(super) is_last: bool,
    /// The modified head to pass on, if it is not the original one.
    pub(super) replaced: Option<Vec<u8>>,
}

/// Parses a head, if it is complete. `100 Continue` is not sent for a body over the limit.
pub(super) fn read(bytes: &[u8], body_limit: u64) -> Result<Option<Head>, HeadRefusal> {
    let mut headers = [const { MaybeUninit::uninit() }; MAXIMUM_HEADERS];
    let mut request = Request::new(&mut []);
    // The HTTP library uses the same parser: what is accepted here, it accepts in the same way.
    let length = match request.parse_with_uninit_headers(bytes, &mut headers) {
        Ok(Status::Complete(length)) if length <= MAXIMUM_LENGTH => length,
        Ok(Status::Partial) if bytes.len() < MAXIMUM_LENGTH => return Ok(None),
        Ok(_) => return Err(HeadRefusal::TooLong),
        Err(Error::TooManyHeaders) => return Err(HeadRefusal::TooManyHeaders),
        Err(_) => return Err(why(bytes)),
    };
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let names = request.headers.iter().map(|header| header.name);
    if names.chain([target]).any(|name| name.len() > MAXIMUM_NAME) {
        return Err(HeadRefusal::TooLong);
    }
    if Method::from_bytes(method.as_bytes()).is_err() {
        return Err(HeadRefusal::Malformed);
    }
    if Uri::try_from(target).is_err() {
        return Err(HeadRefusal::Target);
    }
    if method == Method::CONNECT.as_str() {
        return Err(HeadRefusal::Connect);
    }
    if !is_target(target) {
        return Err(HeadRefusal::Malformed);
    }
    let body = body(&request)?;
    let is_too_long = matches!(body, Some(Body::Length(length)) if length > body_limit);
    let replaced = without_ignored(&request, is_too_long);
    Ok(Some(Head { length, body, is_last: is_last(&request), replaced }))
}

/// The framing of the body; an error if it is ambiguous.
fn body(request: &Request<'_, '_>) -> Result<Option<Body>, HeadRefusal> {
    let (mut hosts, mut body) = (0, None);
    let is_newest = request.version == Some(1);
    for header in &*request.headers {
        let is_length = is(header, &CONTENT_LENGTH);
        if is(header, &HOST) {
            hosts += 1;
        } else if is_length || is(header, &TRANSFER_ENCODING) {
            let read = if is_length { length(header.value) } else { chunked(header.value, is_newest) };
            if body.replace(read?).is_some() {
                return Err(HeadRefusal::BodyLength);
            }
        }
    }
    if hosts > 1 || (is_newest && hosts == 0) {
        return Err(HeadRefusal::Host);
    }
    if !is_newest && request.method == Some(Method::POST.as_str()) && body.is_none() {
        return Err(HeadRefusal::BodyLength);
    }
    Ok(body.filter(|body| *body != Body::Length(0)))
}

fn length(value: &[u8]) -> Result<Body, HeadRefusal> {
    let digits =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let length = digits.and_then(|digits| digits.parse().ok());
    length.map(Body::Length).ok_or(HeadRefusal::BodyLength)
}

fn chunked(value: &[u8], is_newest: bool) -> Result<Body, HeadRefusal> {
    let is_right = is_newest && value.eq_ignore_ascii_case(b"chunked");
    if is_right { Ok(Body::Chunked(Chunks::default())) } else { Err(HeadRefusal::BodyLength) }
}

fn is(header: &Header<'_>, name: &HeaderName) -> bool {
    header.name.eq_ignore_ascii_case(name.as_str())
}

/// Whether it is a path, a URL or `*`: the HTTP library takes a word without a slash for a host, and answers as if the
/// path was `/`.
fn is_target(target: &str) -> bool {
    let scheme = target.split_once("://").map(|(scheme, _)| scheme);
    let is_url =
        scheme.is_some_and(|scheme| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)));
    target.starts_with('/') || target == "*" || is_url
}

/// Whether the client does not want the connection to be kept alive, or does not know that it could be.
fn is_last(request: &Request<'_, '_>) -> bool {
    // The HTTP library ignores other values: it would keep the connection.
    let readable = request.headers.iter().filter(|header| is(header, &CONNECTION) && header.value.is_ascii());
    let options: Vec<&[u8]> = readable.flat_map(options).collect();
    let has = |name: &str| options.iter().any(|option| option.eq_ignore_ascii_case(name.as_bytes()));
    has("close") || (request.version == Some(0) && !has("keep-alive"))
}

/// The head without an upgrade, if it has one: a server may ignore it, but the HTTP library switches protocols and
/// closes the connection. The internal header is removed too, and for a body that is too large `Expect`: the HTTP
/// library would send `100 Continue` before the body is rejected.
fn without_ignored(request: &Request<'_, '_>, is_too_long: bool) -> Option<Vec<u8>> {
    let is_dropped = |header: &Header<'_>| {
        is(header, &UPGRADE)
            || is(header, &REFUSED)
            || header.name.eq_ignore_ascii_case(HTTP2_SETTINGS)
            || (is_too_long && is(header, &EXPECT))
    };
    let is_wish = |option: &[u8]| {
        [UPGRADE.as_str(), HTTP2_SETTINGS].iter().any(|name| option.eq_ignore_ascii_case(name.as_bytes()))
    };
    let wishes = |header: &Header<'_>| is(header, &CONNECTION) && options(header).any(is_wish);
    if !request.headers.iter().any(|header| is_dropped(header) || wishes(header)) {
        return None;
    }
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let version = request.version.unwrap_or_default();
    let mut head = format!("{method} {target} HTTP/1.{version}\r\n").into_bytes();
    for header in request.headers.iter().filter(|header| !is_dropped(header)) {
        let value = if wishes(header) {
            let kept: Vec<&[u8]> = options(header).filter(|option| !is_wish(option)).collect();
            kept.join(&b", "[..])
        } else {
            header.value.to_vec()
        };
        head.extend([header.name.as_bytes(), b": ", &value, b"\r\n"].concat());
    }
    head.extend(b"\r\n");
    Some(head)
}

fn options<'value>(header: &Header<'value>) -> impl Iterator<Item = &'value [u8]> {
    header.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Why a head cannot be parsed, judged by its first line.
fn why(bytes: &[u8]) -> HeadRefusal {
    let line = first_line(bytes);
    let mut words = line.splitn(2, |byte| *byte == b' ');
    let (method, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let Some(end) = rest.iter().rposition(|byte| *byte == b' ').filter(|_| is_method(method)) else {
        return HeadRefusal::Malformed;
    };
    let (target, version) = (&rest[..end], &rest[end + 1..]);
    let fits_a_url = |byte: &u8| matches!(byte, b'!'..=b'~');
    match version {
        b"HTTP/1.1" | b"HTTP/1.0" if !target.iter().all(fits_a_url) => HeadRefusal::Target,
        b"HTTP/1.1" | b"HTTP/1.0" => HeadRefusal::Malformed,
        _ if version.starts_with(b"HTTP/") => HeadRefusal::Version,
        _ => HeadRefusal::Malformed,
    }
}

/// The placeholder for a rejected head: with what is known of its method and path, for the log, and with the reason.
pub(super) fn standing_for(refusal: HeadRefusal, refused: &[u8]) -> String {
    let mut words = first_line(refused).split(|byte| *byte == b' ');
    let method =
        words.next().filter(|method| is_method(method) && *method != Method::CONNECT.as_str().as_bytes());
    let path = words.next().filter(|target| target.starts_with(b"/")).unwrap_or(b"/");
    let path = path.split(|byte| *byte == b'?').next().unwrap_or_default();
    let path = percent_encode(&path[..path.len().min(MAXIMUM_TOLD)], ENCODED);
    let method = String::from_utf8_lossy(method.unwrap_or(b"-"));
    let (header, reason): (_, &str) = (REFUSED, refusal.into());
    format!("{method} {path} HTTP/1.1\r\nhost: -\r\nconnection: close\r\n{header}: {reason}\r\n\r\n")
}

fn is_method(word: &[u8]) -> bool {
    word.len() <= MAXIMUM_TOLD && Method::from_bytes(word).is_ok()
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let line = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    line.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).unwrap_or_default()
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
