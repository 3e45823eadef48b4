//! The `Warning` header: the request was accepted, but is probably a mistake.

use actix_web::http::header::{HeaderValue, WARNING};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tributary_domain::Warning;

/// The maximum number of `Warning` headers: clients limit the size of the head.
const MAXIMUM_HEADERS: usize = 10;
/// The maximum size of an encoded warning in bytes.
const MAXIMUM_LENGTH: usize = 400;
/// The maximum size of all `Warning` headers in bytes: Node.js accepts a head of 16 KiB, some proxies 4 KiB.
const MAXIMUM_TOTAL: usize = 2 * 1024;
/// Characters that a quoted string must escape, in addition to those outside ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Adds headers for the first warnings, and logs all of them without values.
pub(crate) fn add(request: &HttpRequest, response: &mut HttpResponse, warnings: &[Warning], version: &str) {
    for warning in warnings {
        let warning = on_one_line(&warning.without_value());
        tracing::warn!(method = %request.method(), path = request.path(), "doubtful request: {warning}");
    }
    for value in headers(warnings, version) {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(WARNING, value);
        }
    }
}

/// Headers for the first warnings, and one with the number of the others.
fn headers(warnings: &[Warning], version: &str) -> Vec<String> {
    let mut headers = Vec::new();
    let mut total = 0;
    for (number, warning) in warnings.iter().enumerate() {
        let header = header(&warning.to_string(), version);
        total += header.len();
        let is_last = number + 1 == warnings.len();
        let is_room_left = total <= MAXIMUM_TOTAL && (is_last || number + 1 < MAXIMUM_HEADERS);
        if number > 0 && !is_room_left {
            headers.push(self::header(&format!("and {} more", warnings.len() - number), version));
            break;
        }
        headers.push(header);
    }
    headers
}

/// A warning in Elasticsearch's format. The build hash is unknown, for which that format has its own form: some
/// clients parse nothing else.
fn header(text: &str, version: &str) -> String {
    let mut value = format!("299 Elasticsearch-{version}-unknown \"");
    let longest = value.len() + MAXIMUM_LENGTH;
    for character in text.chars() {
        let piece = match character {
            '"' | '\\' => format!("\\{character}"),
            _ => utf8_percent_encode(character.encode_utf8(&mut [0; 4]), ENCODED).to_string(),
        };
        if value.len() + piece.len() > longest {
            break;
        }
        value.push_str(&piece);
    }
    value.push('"');
    value
}

/// Escapes line breaks and other control characters, to prevent forged log lines.
fn on_one_line(text: &str) -> String {
    let escaped = |character: char| match character {
        _ if character.is_control() => character.escape_default().to_string(),
        _ => character.to_string(),
    };
    text.chars().take(MAXIMUM_LENGTH).map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_encoded() {
        for (text, expected) in [
            ("plain, but [5]", r#"299 Elasticsearch-9.5.0-unknown "plain, but [5]""#),
            (r#"was ["a\b"]"#, r#"299 Elasticsearch-9.5.0-unknown "was [\"a\\b\"]""#),
            ("100 % ü\r\nX: y", r#"299 Elasticsearch-9.5.0-unknown "100 %25 %C3%BC%0D%0AX: y""#),
        ] {
            assert_eq!(header(text, "9.5.0"), expected);
        }
        assert!(header(&"ü".repeat(5_000), "9.5.0").len() < 450);
    }

    #[test]
    fn the_headers_of_an_answer_are_bounded() {
        let warnings = |count: usize, text: &str| -> Vec<Warning> {
            let fields =
                (0..count).map(|number| format!(r#""f{number}{text}":{{"type":"int","value":"x"}}"#));
            let body = format!(r#"{{"configuration":{{{}}}}}"#, fields.collect::<Vec<_>>().join(","));
            let body = serde_json::from_str(&body).unwrap();
            let connector = tributary_domain::Connector::from(tributary_domain::Document::default());
            connector.set_configuration(&body).unwrap().warnings
        };
        assert!(headers(&[], "9.5.0").is_empty());
        for (count, text, last) in [
            (1, "", "but was [\\\"x\\\"]\""),
            (10, "", "but was [\\\"x\\\"]\""),
            (11, "", "\"and 2 more\""),
            (12, "値値値値値値値値値値値値値値値", "more\""),
        ] {
            let headers = headers(&warnings(count, text), "9.5.0");
            assert!(headers.last().unwrap().ends_with(last), "{headers:?}");
            assert!(headers.len() <= MAXIMUM_HEADERS, "{headers:?}");
            let total: usize = headers.iter().map(String::len).sum();
            assert!(total < MAXIMUM_TOTAL + 100, "{total}");
        }
    }

    #[test]
    fn a_log_line_is_one_line() {
        assert_eq!(on_one_line("a\n2030 ERROR \u{0}ü\r"), "a\\n2030 ERROR \\u{0}ü\\r");
    }
}
