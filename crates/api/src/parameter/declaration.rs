//! The declaration of a query parameter.

/// The type of a query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// An integer from 0 to 2^31 - 1.
    Integer,
    /// `true` or `false`; without a value it is true.
    Boolean,
    /// A duration: a whole number with one of Elasticsearch's time units, such as `30s`.
    Duration,
    /// How long to wait: a duration, or `-1` for as long as is allowed.
    Timeout,
    /// A non-empty text.
    Text,
    /// A text; empty is the same as absent.
    FreeText,
    /// Texts separated by commas; empty is the same as absent.
    TextList,
    /// One value of an enumeration, case-insensitive.
    Keyword(&'static [&'static str]),
    /// Values of an enumeration separated by commas; empty is the same as absent.
    KeywordList(&'static [&'static str]),
}

/// A query parameter, declared once for parsing, strict checks and documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the URL.
    pub name: &'static str,
    /// Its type.
    pub kind: ParameterKind,
    /// The default, if there is one.
    pub default: Option<&'static str>,
    /// One line for the documentation.
    pub description: &'static str,
}
