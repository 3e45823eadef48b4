//! How fields of stored documents are indexed.

use crate::{Fields, date_values, keyword_values, number_values};

/// The kind of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum FieldKind {
    /// Words, which match as a whole.
    Keyword,
    /// `true` and `false`, indexed like words.
    Boolean,
    /// Times with millisecond precision.
    Date,
    /// Signed 64-bit integers.
    Number,
    /// Texts for people, which match in part.
    Text,
    /// Any value; stored but not indexed.
    Object,
}

/// The declaration of a field in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedField {
    /// Its path in a document, with dots between the levels.
    pub path: &'static str,
    /// The kind of its values.
    pub kind: FieldKind,
    /// Whether queries have conditions on it.
    pub is_filtered: bool,
    /// Whether lists are ordered by it.
    pub is_sorted: bool,
    /// Whether counts are grouped by its words.
    pub is_counted: bool,
}

/// An unindexed field of this kind.
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

    /// A field of texts.
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

    /// The distinct words of a document in this field; none in a numeric field.
    pub fn words(&self, document: &impl Fields) -> Vec<String> {
        if self.is_numeric() {
            return Vec::new();
        }
        let mut words = keyword_values(document, self.path);
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The distinct numbers of a document in this field in ascending order, dates in milliseconds since 1970; none in a
    /// field of words. Values that are not numbers or dates are ignored.
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
