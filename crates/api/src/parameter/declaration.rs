//! The declaration of a query parameter.

/// The type of a query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// An integer from 0 to 2^31 - 1.
    Integer,
    /// An integer from 1 to 2^31 - 1.
    PositiveInteger,
    /// `true` or `false`; without a value it is true.
    Boolean,
    /// `true` or `false`, and not empty: for what selects documents, where an empty variable in a script must not mean
    /// `true`.
    FilledBoolean,
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
    /// Texts separated by commas, none of them empty and none trimmed; a backslash before a comma or a backslash takes
    /// it literally.
    ExactTextList,
    /// A date as a `date` field of a search engine reads it, or date maths.
    Date,
    /// One value of an enumeration, case-insensitive.
    Keyword(&'static [&'static str]),
    /// Values of an enumeration separated by commas.
    KeywordList(&'static [&'static str]),
}

impl ParameterKind {
    /// Whether it takes several values, in one list or by repetition.
    pub const fn is_list(&self) -> bool {
        matches!(self, Self::TextList | Self::ExactTextList | Self::KeywordList(_))
    }
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

impl Parameter {
    /// A parameter without a default.
    pub const fn new(name: &'static str, kind: ParameterKind, description: &'static str) -> Self {
        Self { name, kind, default: None, description }
    }
}
