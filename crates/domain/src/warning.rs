//! Warnings: accepted as in Elasticsearch, but probably a mistake.

use std::fmt;

/// The maximum number of warnings per request; further ones are dropped.
pub const MAXIMUM_WARNINGS: usize = 100;
/// The maximum length in characters of a value in a warning.
const MAXIMUM_FOUND: usize = 100;

/// Something in a request that is accepted but probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    place: String,
    advice: String,
    found: Option<String>,
}

impl Warning {
    /// A warning about a path in the body, such as `values.port`, with what is allowed there.
    pub fn new(place: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place: place.into(), advice: advice.into(), found: None }
    }

    /// Adds the actual value as JSON. Not for values that may be secret.
    #[must_use]
    pub fn found(mut self, value: &str) -> Self {
        let shown = value.char_indices().nth(MAXIMUM_FOUND).map(|(end, _)| format!("{}…", &value[..end]));
        self.found = Some(shown.unwrap_or_else(|| value.to_owned()));
        self
    }

    /// The warning without values: those of sensitive fields must not appear in logs.
    pub fn without_value(&self) -> String {
        format!("[{}] {}", self.place, self.advice)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.without_value())?;
        match &self.found {
            Some(found) => write!(formatter, ", but was [{found}]"),
            None => Ok(()),
        }
    }
}

/// A result with warnings.
#[derive(Debug, Clone)]
pub struct Warned<T> {
    /// The result.
    pub value: T,
    /// At most [`MAXIMUM_WARNINGS`], in the order of the body.
    pub warnings: Vec<Warning>,
}

impl<T> Warned<T> {
    pub(crate) fn new(value: T, warnings: impl IntoIterator<Item = Warning>) -> Self {
        Self { value, warnings: warnings.into_iter().take(MAXIMUM_WARNINGS).collect() }
    }
}

impl<T> From<T> for Warned<T> {
    fn from(value: T) -> Self {
        Self::new(value, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut() {
        let warning = Warning::new("values.a", "must be short").found(&"ü".repeat(200));
        assert_eq!(warning.without_value(), "[values.a] must be short");
        assert_eq!(warning.to_string(), format!("[values.a] must be short, but was [{}…]", "ü".repeat(100)));
    }

    #[test]
    fn warnings_end_somewhere() {
        let many = std::iter::repeat_with(|| Warning::new("a", "b"));
        assert_eq!(Warned::new((), many).warnings.len(), MAXIMUM_WARNINGS);
    }
}
