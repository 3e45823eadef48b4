//! How a field of a stored document is indexed: its kind, and what it is used for.

use crate::{Fields, date_values, keyword_values, number_values};

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum FieldKind {
    /// Words that are found as a whole.
    Keyword,
    /// `true` and `false`, found like words.
    Boolean,
    /// Times, compared by the millisecond.
    Date,
    /// Whole numbers of 64 bits with a sign.
    Number,
    /// Texts for people, of which parts are found.
    Text,
    /// Anything; it is stored and never found.
    Object,
}

/// A field as a schema declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedField {
    /// Where a document has it, with dots between the levels.
    pub path: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// Whether queries have conditions on it.
    pub is_filtered: bool,
    /// Whether lists are ordered by it.
    pub is_sorted: bool,
    /// Whether documents are counted by its words.
    pub is_counted: bool,
}

/// A field of this kind that no query uses.
const fn field(path: &'static str, kind: FieldKind) -> IndexedField {
    IndexedField { path, kind, is_filtered: false, is_sorted: false, is_counted: false }
}

impl IndexedField {
    /// A field of words.
    #[must_use]
    pub const fn keyword(path: &'static str) -> Self {
        field(path, FieldKind::Keyword)
    }

    /// A field of `true` and `false`.
    #[must_use]
    pub const fn boolean(path: &'static str) -> Self {
        field(path, FieldKind::Boolean)
    }

    /// A field of times.
    #[must_use]
    pub const fn date(path: &'static str) -> Self {
        field(path, FieldKind::Date)
    }

    /// A field of whole numbers.
    #[must_use]
    pub const fn number(path: &'static str) -> Self {
        field(path, FieldKind::Number)
    }

    /// A field of texts for people.
    #[must_use]
    pub const fn text(path: &'static str) -> Self {
        field(path, FieldKind::Text)
    }

    /// A field that is stored only.
    #[must_use]
    pub const fn object(path: &'static str) -> Self {
        field(path, FieldKind::Object)
    }

    /// The same field, with conditions on it.
    #[must_use]
    pub const fn filtered(self) -> Self {
        Self { is_filtered: true, ..self }
    }

    /// The same field, with lists ordered by it.
    #[must_use]
    pub const fn sorted(self) -> Self {
        Self { is_sorted: true, ..self }
    }

    /// The same field, with documents counted by it.
    #[must_use]
    pub const fn counted(self) -> Self {
        Self { is_counted: true, ..self }
    }

    /// Whether any query uses it.
    #[must_use]
    pub const fn is_indexed(&self) -> bool {
        self.is_filtered || self.is_sorted || self.is_counted
    }

    /// Whether its values are compared as numbers.
    #[must_use]
    pub const fn is_numeric(&self) -> bool {
        matches!(self.kind, FieldKind::Date | FieldKind::Number)
    }

    /// The words that a document has in it, each once; none in a field of numbers.
    pub fn words(&self, document: &impl Fields) -> Vec<String> {
        if self.is_numeric() {
            return Vec::new();
        }
        let mut words = keyword_values(document, self.path);
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The numbers that a document has in it, each once and the least first, dates in milliseconds since 1970; none
    /// in a field of words. What is no number or no date is left out.
    pub fn numbers(&self, document: &impl Fields) -> Vec<i64> {
        let mut numbers = match self.kind {
            FieldKind::Date => date_values(document, self.path),
            FieldKind::Number => number_values(document, self.path),
            _ => Vec::new(),
        };
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}
