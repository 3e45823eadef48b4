//! Path and parameters of a request, decoded once: what is checked is what is sent.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tributary_api::ApiError;
use tributary_domain::Refusal;

/// Everything but what means itself everywhere.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'*').remove(b',');
/// Parameters that engines take in place of parts of the path, or of the body.
const IN_PLACE_OF_OTHERS: &[&str] = &[
    "index",
    "indices",
    "name",
    "names",
    "alias",
    "aliases",
    "target",
    "new_index",
    "source",
    "source_content_type",
];

/// A decoded path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The parts between slashes.
    pub(super) segments: Vec<String>,
    parameters: Vec<(String, Option<String>)>,
}

impl Target {
    /// Decodes path and query.
    pub(super) fn parse(path: &str, query: &str) -> Result<Self, ApiError> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments = path.split('/').map(segment).collect::<Result<_, _>>()?;
        // Engines separate parameters by both.
        let pairs = query.split(['&', ';']).filter(|pair| !pair.is_empty());
        let parameters = pairs.map(parameter).collect::<Result<Vec<_>, _>>()?;
        if let Some((name, _)) =
            parameters.iter().find(|(name, _)| IN_PLACE_OF_OTHERS.contains(&name.to_lowercase().as_str()))
        {
            let instead = if name.starts_with("source") { "body" } else { "path" };
            return Err(invalid(format!(
                "the parameter [{name}] is not passed on, what it says belongs into the {instead}"
            )));
        }
        Ok(Self { segments, parameters })
    }

    /// The value of a parameter, all values of a repeated one with commas between them.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let values = self.parameters.iter().filter(|(known, _)| known == name);
        let values: Vec<&str> = values.map(|(_, value)| value.as_deref().unwrap_or_default()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Whether the request includes hidden indices.
    pub(super) fn wants_hidden(&self) -> bool {
        self.parameter("expand_wildcards").is_some_and(|value| names_hidden(&value))
    }

    /// Path and query, encoded.
    pub(super) fn encoded(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            let _ = write!(text, "/{}", utf8_percent_encode(segment, ENCODED));
        }
        let mut separator = '?';
        for (name, value) in &self.parameters {
            let _ = write!(text, "{separator}{}", utf8_percent_encode(name, ENCODED));
            if let Some(value) = value {
                let _ = write!(text, "={}", utf8_percent_encode(value, ENCODED));
            }
            separator = '&';
        }
        text
    }
}

/// Whether a value of `expand_wildcards` includes hidden indices.
pub(super) fn names_hidden(value: &str) -> bool {
    value.split(',').any(|word| !matches!(word.trim().to_lowercase().as_str(), "open" | "closed" | "none"))
}

fn segment(encoded: &str) -> Result<String, ApiError> {
    match percent_decode_str(encoded).decode_utf8() {
        Ok(segment) if segment.is_empty() => Err(invalid("the path has an empty part".to_owned())),
        Ok(segment) if segment == "." || segment == ".." => {
            Err(invalid(format!("the path has the part [{segment}], which is not passed on")))
        }
        Ok(segment) if segment.contains(char::is_control) => {
            Err(invalid("the path has a control character".to_owned()))
        }
        Ok(segment) => Ok(segment.into_owned()),
        Err(_) => Err(invalid("the path is not UTF-8".to_owned())),
    }
}

fn parameter(pair: &str) -> Result<(String, Option<String>), ApiError> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned);
        decoded.map_err(|_| invalid("a parameter is not UTF-8".to_owned()))
    };
    match pair.split_once('=') {
        Some((name, value)) => Ok((decode(name)?, Some(decode(value)?))),
        None => Ok((decode(pair)?, None)),
    }
}

fn invalid(reason: String) -> ApiError {
    Refusal::InvalidArgument(reason).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str, query: &str) -> Result<String, String> {
        Target::parse(path, query).map(|target| target.encoded()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_sent_is_what_was_decoded() {
        for (path, query, expected) in [
            ("/a/_doc/1", "", "/a/_doc/1"),
            ("/a/_doc/1/", "", "/a/_doc/1"),
            ("/%61%2Cb/_search", "pretty&size=5", "/a,b/_search?pretty&size=5"),
            ("/a/_doc/x%2Fy%20z", "routing=a%26b", "/a/_doc/x%2Fy%20z?routing=a%26b"),
            ("/%252Eelastic", "", "/%252Eelastic"),
            ("/%2Eelastic-connectors", "", "/.elastic-connectors"),
            ("/a+b", "q=a+b", "/a%2Bb?q=a%20b"),
            ("/%3Ca-%7Bnow%2Fd%7D%3E", "", "/%3Ca-%7Bnow%2Fd%7D%3E"),
            ("/a", "x=1;y=2&&z=", "/a?x=1&y=2&z="),
        ] {
            assert_eq!(target(path, query).unwrap(), expected, "{path} {query}");
        }
    }

    #[test]
    fn what_engines_could_read_otherwise_is_refused() {
        for (path, query) in [
            ("//a", ""),
            ("/a//_doc", ""),
            ("/a/../b", ""),
            ("/a/%2e%2e/b", ""),
            ("/./a", ""),
            ("/a/%2E", ""),
            ("/%ff", ""),
            ("/a%00", ""),
            ("/", ""),
            ("/_search", "index=.elastic-connectors"),
            ("/_search", "%69ndex=a"),
            ("/_search", "x=1;index=a"),
            ("/_search", "INDEX=a"),
            ("/_search", "source={}"),
            ("/_search", "a=%ff"),
        ] {
            assert!(target(path, query).is_err(), "{path} {query}");
        }
    }

    #[test]
    fn hidden_indices_are_asked_for() {
        for (query, expected) in [
            ("", false),
            ("expand_wildcards=open", false),
            ("expand_wildcards=open,Closed", false),
            ("expand_wildcards=all", true),
            ("expand_wildcards=open&expand_wildcards=hidden", true),
            ("expand_wildcards=open,HIDDEN", true),
        ] {
            assert_eq!(Target::parse("/a", query).unwrap().wants_hidden(), expected, "{query}");
        }
    }
}
