//! How a query parameter is declared.

/// What a query parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number from 0 to 2^31 - 1.
    Integer,
    /// `true` or `false`; named without a value it is true.
    Boolean,
    /// Any text that is not empty.
    Text,
    /// Any text; empty is as if it was left out.
    FreeText,
    /// Texts separated by commas; empty is as if it was left out.
    TextList,
    /// One word of a closed list, without regard to case.
    Keyword(&'static [&'static str]),
    /// Words of a closed list, separated by commas; empty is as if it was left out.
    KeywordList(&'static [&'static str]),
}

/// A query parameter, declared once for parsing, strict checks and documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the URL.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// What holds when it is left out, if that is a value.
    pub default: Option<&'static str>,
    /// One line for the documentation.
    pub description: &'static str,
}
