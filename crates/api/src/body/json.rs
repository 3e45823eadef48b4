//! Parses the body of a request as JSON of a known shape, with error messages like Elasticsearch's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read as _;

use json_comments::{CommentSettings, StripComments};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tributary_domain::{JsonProblem, Refusal, check_strict, did_you_mean, joined, problem_and_path};

/// The UTF-8 byte order mark, which some programs send.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Parses a body that must be a JSON object of a known shape. A byte order mark and comments are ignored.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let without_comments = match check_strict(body) {
        Err(JsonProblem::Malformed { .. }) => without_comments(body),
        _ => None,
    };
    let text = check_strict(without_comments.as_deref().unwrap_or(body));
    let text = text.map_err(|problem| Refusal::MalformedBody(problem.to_string()))?;
    if !text.trim_start().starts_with('{') {
        return Err(Refusal::MalformedBody("the body must be a JSON object".into()));
    }
    let deserializer = &mut serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let message = inner.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let (message, inside) = problem_and_path(message);
        let path = inside.map_or_else(|| path.clone(), |inside| joined(&path, inside));
        // For an object that was deserialized separately, the library only knows the position of its end.
        let place = inside.and_then(|_| place(text, &path));
        let (line, column) = place.unwrap_or((inner.line(), inner.column()));
        Refusal::UnexpectedContent(format!("[{line}:{column}] {}", what_is_wrong(&path, message)))
    })
}

/// The body without comments, if it has any.
fn without_comments(body: &[u8]) -> Option<Vec<u8>> {
    let mut stripped = Vec::with_capacity(body.len());
    let mut reader = StripComments::with_settings(CommentSettings::c_style(), body);
    reader.read_to_end(&mut stripped).ok()?;
    (stripped != body).then_some(stripped)
}

/// The line and column, from one, where the value at a path begins.
fn place(text: &str, path: &str) -> Option<(usize, usize)> {
    let mut value = text;
    for step in path.split(['.', '[']) {
        value = match step.strip_suffix(']') {
            Some(index) => {
                serde_json::from_str::<Vec<&RawValue>>(value).ok()?.get(index.parse::<usize>().ok()?)?.get()
            }
            None => serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(value).ok()?.get(step)?.get(),
        };
    }
    let before = &text[..value.as_ptr().addr() - text.as_ptr().addr()];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
}

/// The JSON library's message, in Elasticsearch's terms.
fn what_is_wrong(path: &str, message: &str) -> String {
    if message.starts_with("unknown field") {
        let known = message.rsplit_once(", expected ").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let nearest = did_you_mean(path.rsplit('.').next().unwrap_or(path), &known);
        return format!("unknown field [{path}]{nearest}");
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        let field = field.trim_matches('`');
        let inside = if path == "." { String::new() } else { format!("{path}.") };
        return format!("required field [{inside}{field}] is missing");
    }
    // The name of a Rust type means nothing to a client.
    let of_ours =
        message.rsplit_once(", expected struct ").map(|(found, _)| format!("{found}, expected an object"));
    let message = of_ours.as_deref().unwrap_or(message);
    let json_types =
        [("a map", "an object"), ("a sequence", "an array"), ("i64", "a whole number of at most 64 bits")];
    let renamed =
        json_types.iter().find_map(|(rust, json)| Some(format!("{}{json}", message.strip_suffix(rust)?)));
    let message = renamed.as_deref().unwrap_or(message);
    // A string in place of an object may be doubly encoded and contain secrets.
    let is_structure = ["an object", "an array"].iter().any(|structure| message.ends_with(structure));
    if is_structure && message.starts_with("invalid type: string ") {
        let expected = message.rsplit_once(", expected ").map_or("an object", |(_, expected)| expected);
        return format!("field [{path}]: invalid type: string, expected {expected}");
    }
    let found_types = [("sequence", "array"), ("map", "object")];
    let found = message.strip_prefix("invalid type: ").and_then(|found| {
        found_types
            .iter()
            .find_map(|(rust, json)| Some(format!("invalid type: {json}{}", found.strip_prefix(rust)?)))
    });
    let message = found.unwrap_or_else(|| message.to_owned());
    if path == "." { message } else { format!("field [{path}]: {message}") }
}

#[cfg(test)]
mod tests {
    use tributary_domain::{ConnectorPipeline, NewSyncJob, Statistics};

    use super::*;

    #[test]
    fn refusals_name_place_and_field() {
        let cases = [
            (r#"{"id":7}"#, "[1:7] field [id]: invalid type: integer `7`, expected a string"),
            (r#"{"id":"a","jobtype":1}"#, "[1:19] unknown field [jobtype] -> did you mean [job_type]?"),
            ("{}", "[1:2] required field [id] is missing"),
            (
                r#"{"id":"a","job_type":"partial"}"#,
                "[1:31] field [job_type]: unknown value [partial], expected one of [full, incremental, access_control]",
            ),
            (r#"{"id":{}}"#, "[1:6] field [id]: invalid type: object, expected a string"),
            (r#"{"id":[]}"#, "[1:6] field [id]: invalid type: array, expected a string"),
            ("[]", "the body must be a JSON object"),
        ];
        for (body, reason) in cases {
            assert_eq!(parse::<NewSyncJob>(body.as_bytes()).unwrap_err().to_string(), reason, "{body}");
        }
    }

    #[test]
    fn refusals_name_fields_inside() {
        let cases = [
            (r#"{"pipeline":{}}"#, "[1:13] required field [pipeline.extract_binary_content] is missing"),
            (r#"{"pipeline":null}"#, "[1:13] field [pipeline]: invalid type: null, expected an object"),
            (
                "{\"pipeline\":\n  {\"named\":\"p\",\"extract_binary_content\": 3}}",
                "[2:42] field [pipeline.extract_binary_content]: invalid type: integer `3`, expected a boolean",
            ),
        ];
        for (body, reason) in cases {
            assert_eq!(
                parse::<ConnectorPipeline>(body.as_bytes()).unwrap_err().to_string(),
                reason,
                "{body}"
            );
        }
    }

    #[test]
    fn marks_and_comments_are_left_out() {
        for body in [
            "\u{feff}{\"id\":\"a\"}",
            "/* c */ {\"id\": // which\n \"a\"}",
            "{\"id\":\"a\" /* \"b\" */ }\n// end",
        ] {
            assert_eq!(parse::<NewSyncJob>(body.as_bytes()).unwrap().id, "a", "{body}");
        }
        assert_eq!(parse::<NewSyncJob>(br#"{"id":"/* a */ // b"}"#).unwrap().id, "/* a */ // b");
        for body in ["/* {\"id\":\"a\"}", "{\"id\":\"a\"} # end", "{\"id\":\"a\"} {}"] {
            assert!(parse::<NewSyncJob>(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_text_in_the_place_of_an_object_is_not_repeated() {
        let body = br#"{"metadata":"{\"password\":\"hunter2\"}"}"#;
        let reason = parse::<Statistics>(body).unwrap_err().to_string();
        assert!(reason.ends_with("field [metadata]: invalid type: string, expected an object"), "{reason}");
    }

    #[test]
    fn objects_keep_their_text() {
        let statistics: Statistics = parse(br#" {"metadata" : {"a" : 1e400, "b":1.10}} "#).unwrap();
        assert_eq!(statistics.metadata.unwrap().to_json(), r#"{"a":1e400,"b":1.10}"#);
        for bad in [r#"{"indexed_document_count":9223372036854775808}"#, r#"{"indexed_document_count":1.5}"#]
        {
            let reason = parse::<Statistics>(bad.as_bytes()).unwrap_err().to_string();
            assert!(reason.contains("[indexed_document_count]"), "{reason}");
        }
    }
}
