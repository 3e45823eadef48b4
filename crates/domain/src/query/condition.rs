//! Conditions on documents.

use serde::Serialize;
use wildmatch::WildMatch;

use super::error::QueryError;
use crate::{Collection, FieldKind, IndexedValues};

/// A condition on the fields of a document. A field has any number of values; it is enough that one matches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub enum Condition {
    /// The field has one of the values, by the rules of [`keyword_values`](crate::keyword_values).
    AnyOf {
        /// The path of the field, a keyword.
        field: &'static str,
        /// The values of which one must match.
        words: Vec<String>,
    },
    /// The field has a number or a date in a range.
    Range {
        /// The path of the field, a number or date.
        field: &'static str,
        /// The lower bound, inclusive, if there is one; dates in milliseconds since 1970.
        from: Option<i64>,
        /// The upper bound, exclusive, if there is one.
        before: Option<i64>,
    },
    /// The field has a value: a valid one, for a field of numbers or dates.
    Exists {
        /// The path of the field.
        field: &'static str,
    },
    /// One of the fields has a value that contains this text exactly.
    Contains {
        /// The paths of the fields, keywords or texts.
        fields: Vec<&'static str>,
        /// The text to search for.
        text: String,
    },
    /// The field has a value of this pattern: `*` stands for any text, `?` for any character.
    Like {
        /// The path of the field, a keyword.
        field: &'static str,
        /// The pattern, for the whole value.
        pattern: String,
    },
    /// The id of the document is one of these.
    Ids(Vec<String>),
    /// The id of the document is of this pattern, as in [`Like`](Self::Like). Only for small collections: search engines
    /// do not find ids by patterns.
    IdLike(String),
    /// At least one of the conditions holds; none of no conditions.
    Either(Vec<Condition>),
    /// Negates the condition.
    Not(Box<Condition>),
}

impl Condition {
    /// The negation.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(condition) => *condition,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of these conditions as one.
    #[must_use]
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::Either(conditions.into_iter().map(Self::negated).collect()).negated()
    }

    /// The same condition, whatever the order in which its words were given.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self {
            Self::AnyOf { field, mut words } => {
                words.sort_unstable();
                words.dedup();
                Self::AnyOf { field, words }
            }
            Self::Ids(mut ids) => {
                ids.sort_unstable();
                ids.dedup();
                Self::Ids(ids)
            }
            Self::Either(conditions) => Self::Either(conditions.into_iter().map(Self::normalized).collect()),
            Self::Not(condition) => condition.normalized().negated(),
            other => other,
        }
    }

    /// Whether the condition holds for the document of a collection with this id, of which the values are enough.
    #[must_use]
    pub fn matches(&self, collection: Collection, id: &str, document: &impl IndexedValues) -> bool {
        let words =
            |path: &str| collection.field(path).map(|field| document.words(field)).unwrap_or_default();
        let numbers =
            |path: &str| collection.field(path).map(|field| document.numbers(field)).unwrap_or_default();
        match self {
            Self::AnyOf { field, words: wanted } => words(field).iter().any(|word| wanted.contains(word)),
            Self::Range { field, from, before } => {
                numbers(field).iter().any(|number| Self::is_in_range(*number, *from, *before))
            }
            Self::Exists { field } => !words(field).is_empty() || !numbers(field).is_empty(),
            Self::Contains { fields, text } => {
                fields.iter().any(|field| words(field).iter().any(|word| word.contains(text)))
            }
            Self::Like { field, pattern } => {
                let pattern = WildMatch::new(pattern);
                words(field).iter().any(|word| pattern.matches(word))
            }
            Self::Ids(ids) => ids.iter().any(|one| one == id),
            Self::IdLike(pattern) => WildMatch::new(pattern).matches(id),
            Self::Either(conditions) => {
                conditions.iter().any(|condition| condition.matches(collection, id, document))
            }
            Self::Not(condition) => !condition.matches(collection, id, document),
        }
    }

    /// The paths of the fields that it is on.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        match self {
            Self::AnyOf { field, .. }
            | Self::Range { field, .. }
            | Self::Exists { field }
            | Self::Like { field, .. } => vec![field],
            Self::Contains { fields, .. } => fields.clone(),
            Self::Ids(_) | Self::IdLike(_) => Vec::new(),
            Self::Either(conditions) => conditions.iter().flat_map(Self::fields).collect(),
            Self::Not(condition) => condition.fields(),
        }
    }

    /// Whether a number is in a half-open range.
    #[must_use]
    pub fn is_in_range(number: i64, from: Option<i64>, before: Option<i64>) -> bool {
        from.is_none_or(|from| from <= number) && before.is_none_or(|before| number < before)
    }

    /// Checks that the fields are declared for conditions of this kind.
    pub fn check(&self, collection: Collection) -> Result<(), QueryError> {
        let check = |path: &'static str, kinds: &[FieldKind]| {
            let is_filtered = collection
                .field(path)
                .is_some_and(|field| field.is_filtered && field.difference_of.is_none());
            if is_filtered && collection.has_kind(path, kinds) {
                return Ok(());
            }
            Err(QueryError { collection: collection.name, path, used: "filtered" })
        };
        match self {
            Self::AnyOf { field, .. } => check(field, &[FieldKind::Keyword, FieldKind::Boolean]),
            Self::Range { field, .. } => check(field, &[FieldKind::Date, FieldKind::Number]),
            Self::Exists { field } => check(
                field,
                &[
                    FieldKind::Keyword,
                    FieldKind::Boolean,
                    FieldKind::Date,
                    FieldKind::Number,
                    FieldKind::Text,
                ],
            ),
            Self::Contains { fields, .. } => {
                fields.iter().try_for_each(|field| check(field, &[FieldKind::Keyword, FieldKind::Text]))
            }
            Self::Like { field, .. } => check(field, &[FieldKind::Keyword]),
            Self::Ids(_) => Ok(()),
            Self::IdLike(_) if collection.is_small => Ok(()),
            Self::IdLike(_) => {
                Err(QueryError { collection: collection.name, path: "id", used: "filtered by patterns" })
            }
            Self::Either(conditions) => {
                conditions.iter().try_for_each(|condition| condition.check(collection))
            }
            Self::Not(condition) => condition.check(collection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, connector_fields, sync_job_fields};

    #[test]
    fn each_condition_decides() {
        let connector = Document::parse(
            r#"{"index_name":"search-a","name":["Alpha","Beta"],"service_type":"s3","description":"one two"}"#,
        )
        .unwrap();
        let any_of = |field, words: &[&str]| Condition::AnyOf {
            field,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let contains = |text: &str| Condition::Contains {
            fields: vec![connector_fields::INDEX_NAME, connector_fields::NAME, connector_fields::DESCRIPTION],
            text: text.to_owned(),
        };
        let cases = [
            (any_of(connector_fields::INDEX_NAME, &["x", "search-a"]), true),
            (any_of(connector_fields::INDEX_NAME, &["search"]), false),
            (any_of(connector_fields::NAME, &["Beta"]), true),
            (any_of(connector_fields::NAME, &["beta"]), false),
            (any_of(connector_fields::DELETED, &["true"]), false),
            (any_of(connector_fields::DELETED, &["true"]).negated(), true),
            (contains("rch-"), true),
            (contains("lph"), true),
            (contains("e t"), true),
            (contains("s3"), false),
            (Condition::Like { field: connector_fields::INDEX_NAME, pattern: "sea?ch-*".to_owned() }, true),
            (Condition::Like { field: connector_fields::INDEX_NAME, pattern: "earch*".to_owned() }, false),
            (Condition::Like { field: connector_fields::NAME, pattern: "B*".to_owned() }, true),
            (Condition::IdLike("c*".to_owned()), true),
            (Condition::IdLike("c?".to_owned()), false),
            (Condition::Exists { field: connector_fields::SERVICE_TYPE }, true),
            (Condition::Exists { field: connector_fields::DELETED }, false),
            (Condition::Either(vec![contains("s3"), contains("lph")]), true),
            (Condition::Either(vec![]), false),
            (Condition::all([contains("lph"), contains("e t")]), true),
            (Condition::all([contains("lph"), contains("s3")]), false),
        ];
        let ids = |ids: &[&str]| Condition::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
        assert!(ids(&["x", "c"]).matches(Collection::CONNECTORS, "c", &connector));
        assert!(!ids(&["x"]).matches(Collection::CONNECTORS, "c", &connector));
        assert_eq!(ids(&["b", "a", "b"]).normalized(), ids(&["a", "b"]));
        for (condition, expected) in cases {
            assert_eq!(condition.matches(Collection::CONNECTORS, "c", &connector), expected, "{condition:?}");
        }
    }

    #[test]
    fn the_order_of_words_does_not_matter() {
        let any_of = |words: &[&str]| Condition::AnyOf {
            field: connector_fields::NAME,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        assert_eq!(any_of(&["b", "a", "b"]).normalized(), any_of(&["a", "b"]));
        assert_eq!(any_of(&["b", "a"]).negated().normalized(), any_of(&["a", "b"]).negated());
        let exists = Condition::Exists { field: connector_fields::NAME };
        assert_eq!(exists.clone().normalized(), exists);
    }

    #[test]
    fn a_range_includes_its_start_and_not_its_end() {
        let job = |created: &str| Document::parse(&format!(r#"{{"created_at":{created}}}"#)).unwrap();
        let cases = [
            ("5", Some(5), Some(6), true),
            ("5", Some(6), None, false),
            ("5", None, Some(5), false),
            ("[1,9]", Some(5), Some(10), true),
            ("[1,9]", Some(5), Some(9), false),
            (r#""1970-01-01T00:00:00.005Z""#, Some(5), Some(6), true),
            (r#""yesterday""#, None, None, false),
            ("null", None, None, false),
            ("-5", None, None, true),
        ];
        for (created, from, before, expected) in cases {
            let range = Condition::Range { field: sync_job_fields::CREATED_AT, from, before };
            assert_eq!(
                range.matches(Collection::SYNC_JOBS, "j", &job(created)),
                expected,
                "{created} {range:?}"
            );
        }
    }
}
