//! How fields of stored documents are indexed.

use crate::date_field::milliseconds;
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
    /// The fields of an end and a start whose difference it is, if it is computed.
    pub difference_of: Option<[&'static str; 2]>,
}

/// An unindexed field of this kind.
const fn field(path: &'static str, kind: FieldKind) -> IndexedField {
    IndexedField { path, kind, is_filtered: false, is_sorted: false, is_counted: false, difference_of: None }
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

    /// A field that is computed, and is in no document: the milliseconds from the least date of the field `start` to the
    /// least of the field `end`, both indexed, where a document has both. Lists can be sorted by it. A field with its path
    /// that a document happens to have is ignored.
    #[must_use]
    pub const fn difference(path: &'static str, end: &'static str, start: &'static str) -> Self {
        IndexedField { difference_of: Some([end, start]), ..field(path, FieldKind::Number) }
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

    /// The paths of the values that it is made of: its own, unless it is computed.
    pub fn sources(&self) -> Vec<&'static str> {
        self.difference_of.map_or_else(|| vec![self.path], Vec::from)
    }

    /// The least number of a document in this field, from the least numbers in its [sources](Self::sources).
    pub fn least_number(&self, least: impl Fn(&'static str) -> Option<i64>) -> Option<i64> {
        match self.difference_of {
            Some([end, start]) => least(end)?.checked_sub(least(start)?),
            None => least(self.path),
        }
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

    /// The number that a field of dates indexes a text under, in milliseconds since 1970.
    pub fn date_of(&self, text: &str) -> Option<i64> {
        if self.kind == FieldKind::Date { milliseconds(text) } else { None }
    }

    /// The distinct numbers of a document in this field in ascending order, dates in milliseconds since 1970; none in a
    /// field of words. Values that are not numbers or dates are ignored.
    pub fn numbers(&self, document: &impl Fields) -> Vec<i64> {
        if self.difference_of.is_some() {
            let number = self.least_number(|path| date_values(document, path).into_iter().min());
            return number.into_iter().collect();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn a_difference_is_that_of_the_least_dates() {
        const FIELD: IndexedField = IndexedField::difference("duration", "end", "start").sorted();
        let cases = [
            (r#"{"start":"1970-01-01T00:00:01Z","end":"1970-01-01T00:00:03.5Z","duration":9}"#, Some(2_500)),
            (r#"{"start":[7,2],"end":[9,5,"never"]}"#, Some(3)),
            (r#"{"start":7,"end":2}"#, Some(-5)),
            (r#"{"start":7,"duration":9}"#, None),
            (r#"{"start":"soon","end":2}"#, None),
            (r#"{"start":-9223372036854775808,"end":9223372036854775807}"#, None),
        ];
        for (text, expected) in cases {
            let numbers = FIELD.numbers(&Document::parse(text).unwrap());
            assert_eq!(numbers.first().copied(), expected, "{text}");
            assert!(numbers.len() <= 1 && FIELD.words(&Document::parse(text).unwrap()).is_empty());
        }
        assert_eq!(FIELD.sources(), ["end", "start"]);
        assert_eq!(IndexedField::date("start").sources(), ["start"]);
    }
}
