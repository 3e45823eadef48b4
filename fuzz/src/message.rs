//! A request as a corpus keeps it: the request line, lines of headers, an empty line and a body.

use std::borrow::Cow;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use percent_encoding::percent_decode_str;

/// A request that the HTTP library could have read from a connection.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) method: Method,
    pub(crate) target: Uri,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a request; `None` for what no connection would hand on as one.
    pub(crate) fn read(input: &'a [u8]) -> Option<Self> {
        let (line, mut rest) = line(input);
        let (method, target) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let target: Uri = target.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let (header, after) = self::line(rest);
            rest = after;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&header[..colon]).ok()?;
            headers.push((name, HeaderValue::from_bytes(header[colon + 1..].trim_ascii()).ok()?));
        }
        target.path().starts_with('/').then_some(Self { method, target, headers, body: rest })
    }

    /// The query, decoded: names may be percent-encoded.
    fn query(&self) -> Cow<'_, str> {
        percent_decode_str(self.target.query().unwrap_or_default()).decode_utf8_lossy()
    }

    /// Whether only a part of the answer may be wanted, which is of no known shape.
    pub(crate) fn is_partial(&self) -> bool {
        self.query().contains("filter_path")
    }

    /// Whether the answer may take as long as its parameter `timeout` says, and that is long.
    pub(crate) fn may_wait(&self) -> bool {
        let query = self.query();
        let path = percent_decode_str(self.target.path()).decode_utf8_lossy();
        let waits = path.contains("watch") || query.contains("wait_for_completion");
        waits && (query.matches("timeout").count() != 1 || !query.contains("timeout=1ms"))
    }
}

/// The first line, without its end, and what follows.
pub(crate) fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]), &text[end + 1..]),
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_stands() {
        let message = Message::read(b"PUT /a?b=c\nX: y \r\n\n{}\n").unwrap();
        assert_eq!((message.method, message.target.to_string()), (Method::PUT, "/a?b=c".to_owned()));
        let header = (HeaderName::from_static("x"), HeaderValue::from_static("y"));
        assert_eq!((message.headers, message.body), (vec![header], &b"{}\n"[..]));
        assert!(Message::read(b"GET /\nX: \x0b\n").is_none());
        assert!(Message::read(b"GET").is_none());
        assert!(Message::read(b"GET /a b\n").is_none());
        assert!(Message::read(b"\xff /\n").is_none());
        assert_eq!(Message::read(b"GET /").unwrap().body, b"");
    }

    #[test]
    fn what_waits_long_is_told() {
        let waits = |line: &str| Message::read(line.as_bytes()).unwrap().may_wait();
        assert!(waits("GET /_connector/_sync_job/_watch"));
        assert!(waits("GET /_connector/_sync_job/a?%77ait_for_completion=true"));
        assert!(!waits("GET /_connector/_sync_job/a?wait_for_completion=true&timeout=1ms"));
        assert!(!waits("GET /_connector/_sync_job"));
    }
}
