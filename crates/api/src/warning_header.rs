//! The header by which Elasticsearch tells that a request was taken and is probably a mistake.

use std::fmt::Write as _;

use actix_web::http::header::{HeaderValue, WARNING};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tributary_domain::Warning;

/// The most headers of an answer: clients bound the length of its head.
const MAXIMUM_HEADERS: usize = 10;
/// The most characters of a warning.
const MAXIMUM_LENGTH: usize = 400;
/// What a quoted text cannot hold as it is, beside what is not ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Adds a header for each of the first warnings, and writes all of them to the log without the values.
pub(crate) fn add(request: &HttpRequest, response: &mut HttpResponse, warnings: &[Warning], version: &str) {
    for warning in warnings {
        let warning = warning.without_value();
        tracing::warn!(method = %request.method(), path = request.path(), "doubtful request: {}", cut(&warning));
    }
    let shown = if warnings.len() > MAXIMUM_HEADERS { MAXIMUM_HEADERS - 1 } else { warnings.len() };
    let more = warnings.len() - shown;
    let more = (more > 0).then(|| format!("and {more} more"));
    let texts = warnings[..shown].iter().map(ToString::to_string).chain(more);
    for value in texts.filter_map(|text| HeaderValue::try_from(header(&text, version)).ok()) {
        response.headers_mut().append(WARNING, value);
    }
}

/// A warning as Elasticsearch writes it. The hash of the build is not known, which is a form of its own there:
/// some clients read no other.
fn header(text: &str, version: &str) -> String {
    let mut value = format!("299 Elasticsearch-{version}-unknown \"");
    for piece in utf8_percent_encode(cut(text), ENCODED) {
        for character in piece.chars() {
            if matches!(character, '"' | '\\') {
                value.push('\\');
            }
            let _ = write!(value, "{character}");
        }
    }
    value.push('"');
    value
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MAXIMUM_LENGTH).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_encoded() {
        for (text, expected) in [
            ("plain, but [5]", r#"299 Elasticsearch-9.2.0-unknown "plain, but [5]""#),
            (r#"was ["a\b"]"#, r#"299 Elasticsearch-9.2.0-unknown "was [\"a\\b\"]""#),
            ("100 % ü\r\nX: y", r#"299 Elasticsearch-9.2.0-unknown "100 %25 %C3%BC%0D%0AX: y""#),
        ] {
            assert_eq!(header(text, "9.2.0"), expected);
        }
        assert!(header(&"ü".repeat(5_000), "9.2.0").len() < 2_500);
    }
}
