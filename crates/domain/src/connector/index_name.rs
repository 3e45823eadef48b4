//! Index names, by Elasticsearch's rules.

use crate::Refusal;

/// Characters that an index name must not contain.
const FORBIDDEN: &[char] = &['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#'];
/// Characters that an index name must not start with.
const FORBIDDEN_FIRST: &[char] = &['-', '_', '+'];
/// The maximum length of an index name in bytes of UTF-8.
const MAXIMUM_BYTES: usize = 255;
/// The prefix of the indices of native connectors.
const NATIVE_PREFIX: &str = "content-";

/// A valid index name: lower case, without special characters, at most 255 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexName(String);

impl IndexName {
    /// Validates a name; the error says which rule it violates.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        match Self::broken_rule(name) {
            Some(rule) => Err(Refusal::InvalidArgument(format!("invalid index name [{name}], {rule}"))),
            None => Ok(Self(name.to_owned())),
        }
    }

    /// The rule that a name violates, if any.
    pub fn broken_rule(name: &str) -> Option<&'static str> {
        if name.is_empty() {
            return Some("must not be empty");
        }
        if name == "." || name == ".." {
            return Some("must not be '.' or '..'");
        }
        if name.contains(FORBIDDEN) || name.contains(char::is_whitespace) {
            return Some(
                "must not contain the following characters [' ','\"','*','\\','<','|',',','>','/','?','#']",
            );
        }
        if name.starts_with(FORBIDDEN_FIRST) {
            return Some("must not start with '_', '-', or '+'");
        }
        if name.chars().any(char::is_uppercase) {
            return Some("must be lowercase");
        }
        if name.len() > MAXIMUM_BYTES {
            return Some("index name is too long, more than 255 bytes");
        }
        None
    }

    /// Whether a native connector may write to it.
    pub fn check_native(&self) -> Result<(), Refusal> {
        if self.0.starts_with(NATIVE_PREFIX) {
            return Ok(());
        }
        Err(Refusal::NotANativeIndex { index_name: self.0.clone(), prefix: NATIVE_PREFIX })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_elasticsearch() {
        for good in ["a", "search-é", ".hidden", "a.b", "a-_+", "...", &"x".repeat(255)] {
            assert!(IndexName::parse(good).is_ok(), "{good}");
        }
        let bad =
            ["", ".", "..", "-a", "_a", "+a", "A", "aÉ", "a b", "a\tb", "a,b", "a#b", "a/b", "a\\b", "a*"];
        for bad in bad.into_iter().chain(["a?", "a\"", "a<", "a>", "a|", &"x".repeat(256)]) {
            let reason = IndexName::parse(bad).unwrap_err().to_string();
            assert!(reason.contains(&format!("[{bad}]")), "{reason}");
        }
    }

    #[test]
    fn native_connectors_have_a_prefix() {
        assert!(IndexName::parse("content-a").unwrap().check_native().is_ok());
        assert!(IndexName::parse("search-a").unwrap().check_native().is_err());
    }
}
