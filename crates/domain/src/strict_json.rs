//! What request bodies must be before anyone looks inside: JSON, not too deep, no key twice.

use std::collections::HashSet;

use serde_json::value::RawValue;

/// The most levels of objects and arrays in a request body.
pub const MAXIMUM_DEPTH: usize = 100;

/// Why a text is not strict JSON; lines and columns count from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// The bytes are not UTF-8.
    #[error("the body is not valid UTF-8 from byte {0} on")]
    NotUnicode(usize),
    /// The text is not JSON, or ends too early.
    #[error("[{line}:{column}] {reason}")]
    Malformed {
        /// The line of the mistake.
        line: usize,
        /// Its column.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// More levels than [`MAXIMUM_DEPTH`].
    #[error("the body is nested deeper than {MAXIMUM_DEPTH} levels")]
    TooDeep,
    /// An object has a key twice.
    #[error("duplicate field [{0}]")]
    DuplicateKey(String),
    /// A string has half of a surrogate pair, which is no character.
    #[error("a string has the escape [{0}], which is no character: half of a surrogate pair")]
    LoneSurrogate(String),
}

/// Checks that the bytes are one JSON value, at most [`MAXIMUM_DEPTH`] levels deep, in which no
/// object names a key twice and every escape is a character, and gives them back as text.
pub fn check_strict(bytes: &[u8]) -> Result<&str, JsonProblem> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonProblem::NotUnicode(error.valid_up_to()))?;
    serde_json::from_str::<&RawValue>(text).map_err(|error| malformed(&error))?;
    check_depth_and_keys(text)?;
    Ok(text)
}

fn malformed(error: &serde_json::Error) -> JsonProblem {
    JsonProblem::Malformed { line: error.line(), column: error.column(), reason: without_place(error) }
}

/// What is wrong with a text, without where: that is told apart from it, in the form Elasticsearch has it.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason).to_owned()
}

/// One pass over a text that is known to be JSON.
fn check_depth_and_keys(text: &str) -> Result<(), JsonProblem> {
    /// An open array, or an open object with the keys it has so far.
    enum Open {
        Array,
        Object { keys: HashSet<String>, key_is_next: bool },
    }
    let mut open: Vec<Open> = Vec::new();
    let mut rest = text;
    while let Some(position) = rest.find(['{', '}', '[', ']', '"', ',']) {
        let byte = rest.as_bytes()[position];
        rest = &rest[position + 1..];
        match byte {
            b'{' => open.push(Open::Object { keys: HashSet::new(), key_is_next: true }),
            b'[' => open.push(Open::Array),
            b'}' | b']' => drop(open.pop()),
            b',' => {
                if let Some(Open::Object { key_is_next, .. }) = open.last_mut() {
                    *key_is_next = true;
                }
            }
            _ => {
                let end = end_of_string(rest);
                let inner = &rest[..end];
                // Many readers of JSON refuse it: one such string would spoil a whole list for them.
                if inner.contains("\\u") && unescape(inner).is_none() {
                    return Err(JsonProblem::LoneSurrogate(lone_surrogate(inner).to_owned()));
                }
                if let Some(Open::Object { keys, key_is_next }) = open.last_mut()
                    && std::mem::take(key_is_next)
                {
                    let key = unescape(inner).unwrap_or_else(|| inner.to_owned());
                    if !keys.insert(key.clone()) {
                        return Err(JsonProblem::DuplicateKey(key));
                    }
                }
                rest = &rest[end + 1..];
            }
        }
        if open.len() > MAXIMUM_DEPTH {
            return Err(JsonProblem::TooDeep);
        }
    }
    Ok(())
}

/// Where the closing quote of a string is, given what follows the opening one.
fn end_of_string(rest: &str) -> usize {
    let mut escaped = false;
    rest.bytes()
        .position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })
        .unwrap_or(rest.len())
}

/// The first escape that is half of a surrogate pair. The rest of the string may be a secret.
fn lone_surrogate(inner: &str) -> &str {
    let code = |text: &str| u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let mut rest = inner;
    while let Some(place) = rest.find('\\') {
        rest = &rest[place..];
        let length = match (code(rest), rest.get(6..).and_then(code)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => return &rest[..6],
            (Some(_), _) => 6,
            (None, _) => 2,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    ""
}

fn unescape(inner: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{inner}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_any_json_whatever_its_numbers() {
        for text in [
            "{}",
            "  [1, 1e400, 123456789012345678901234567890, -0.10]",
            r#"{"a":{"a":[{"a":"{\"a\":1,\"a\":2}"}]},"b":"a","c":["a","a"]}"#,
            r#""\\""#,
        ] {
            assert_eq!(check_strict(text.as_bytes()), Ok(text));
        }
    }

    #[test]
    fn refuses_what_is_no_json() {
        for text in ["", "{", r#"{"a":1"#, r#"{"a":1}x"#, "{'a':1}", r#"{"a":01}"#, r#"{"a":NaN}"#, "[1,]"] {
            assert!(matches!(check_strict(text.as_bytes()), Err(JsonProblem::Malformed { .. })), "{text}");
        }
        assert_eq!(check_strict(b"{\"a\":\"\xff\"}"), Err(JsonProblem::NotUnicode(6)));
    }

    #[test]
    fn finds_duplicate_keys_at_any_depth_and_behind_escapes() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"x":[{"a":1,"b":{},"a":2}]}"#, r#"{"a":"}","\u0061":2}"#] {
            assert_eq!(check_strict(text.as_bytes()), Err(JsonProblem::DuplicateKey("a".into())), "{text}");
        }
    }

    #[test]
    fn refuses_half_of_a_surrogate_pair_wherever_it_stands() {
        for text in [
            r#"{"a":["b\\\ud83d\ude00\ud800c"]}"#,
            r#"{"a":["\ud800"]}"#,
            r#"{"\udc00":1}"#,
            r#""\ud83d\u0041""#,
        ] {
            let Err(JsonProblem::LoneSurrogate(escape)) = check_strict(text.as_bytes()) else {
                panic!("{text}")
            };
            assert!(["\\ud800", "\\udc00", "\\ud83d"].contains(&escape.as_str()), "{text}: {escape}");
        }
        for text in [r#""\ud83d\ude00""#, r#""\\ud800""#, r#"{"\u0000":"\u0000"}"#] {
            assert_eq!(check_strict(text.as_bytes()), Ok(text));
        }
    }

    #[test]
    fn bounds_the_depth() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(check_strict(nested(MAXIMUM_DEPTH).as_bytes()).is_ok());
        assert_eq!(check_strict(nested(MAXIMUM_DEPTH + 1).as_bytes()), Err(JsonProblem::TooDeep));
        let mebibyte = nested(500_000);
        assert_eq!(check_strict(mebibyte.as_bytes()), Err(JsonProblem::TooDeep));
    }
}
