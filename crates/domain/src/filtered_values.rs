//! The values by which conditions find a document, without the rest of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Collection, FieldPaths, Fields, IndexedField, Outline};

/// The longest word that is kept whole, in bytes, which is also the longest that search engines index.
const LONGEST_WORD: usize = 8_191;

/// What conditions are on: the values of a document in the fields of its schema.
pub trait IndexedValues {
    /// The distinct words in a field; none in a numeric one.
    fn words(&self, field: &IndexedField) -> Vec<String>;
    /// The distinct numbers in a field in ascending order, dates in milliseconds since 1970; none in one of words.
    fn numbers(&self, field: &IndexedField) -> Vec<i64>;
}

impl<F: Fields> IndexedValues for F {
    fn words(&self, field: &IndexedField) -> Vec<String> {
        field.words(self)
    }

    fn numbers(&self, field: &IndexedField) -> Vec<i64> {
        field.numbers(self)
    }
}

/// The values of a document in the [filtered](IndexedField::filtered) fields of its schema: conditions match them as
/// they match the document, except that of a very long word only the first 8,191 bytes are known. As JSON they are an
/// object of arrays of words and numbers by the paths of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FilteredValues(BTreeMap<String, Vec<FilteredValue>>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum FilteredValue {
    Number(i64),
    Word(String),
}

impl FilteredValues {
    /// The values of a document.
    pub fn of(collection: Collection, document: &impl IndexedValues) -> Self {
        let values = |field: &'static IndexedField| {
            let words = document.words(field).into_iter().map(|word| FilteredValue::Word(cut(word)));
            let numbers = document.numbers(field).into_iter().map(FilteredValue::Number);
            let values: Vec<FilteredValue> = words.chain(numbers).collect();
            (!values.is_empty()).then(|| (field.path.to_owned(), values))
        };
        Self(filtered(collection).filter_map(values).collect())
    }

    /// The values of the document with this text; `None` if it is no JSON object.
    #[must_use]
    pub fn of_text(collection: Collection, text: &str) -> Option<Self> {
        let paths = FieldPaths::new(filtered(collection).map(|field| field.path));
        Some(Self::of(collection, &Outline::read_paths(text, &paths)?))
    }

    /// Reads their JSON text; `None` if it is no such text.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Writes them as JSON.
    ///
    /// # Panics
    /// Never: an object of words and numbers can always be written.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("words and numbers can be written as JSON")
    }
}

impl IndexedValues for FilteredValues {
    fn words(&self, field: &IndexedField) -> Vec<String> {
        let word = |value: &FilteredValue| match value {
            FilteredValue::Word(word) => Some(word.clone()),
            FilteredValue::Number(_) => None,
        };
        self.0.get(field.path).into_iter().flatten().filter_map(word).collect()
    }

    fn numbers(&self, field: &IndexedField) -> Vec<i64> {
        let number = |value: &FilteredValue| match value {
            FilteredValue::Number(number) => Some(*number),
            FilteredValue::Word(_) => None,
        };
        self.0.get(field.path).into_iter().flatten().filter_map(number).collect()
    }
}

fn filtered(collection: Collection) -> impl Iterator<Item = &'static IndexedField> {
    collection.fields.iter().filter(|field| field.is_filtered)
}

fn cut(mut word: String) -> String {
    word.truncate(word.floor_char_boundary(LONGEST_WORD));
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Document, sync_job_fields as fields};

    const JOBS: Collection = Collection::SYNC_JOBS;

    #[test]
    fn values_are_matched_like_their_document() {
        let documents = [
            "{}",
            r#"{"status":"pending","created_at":2026,"connector":{"id":"a","index_name":1.10,"configuration":{"x":1}}}"#,
            r#"{"connector":[{"id":"a"},{"id":["b",null,true]}],"error":["x","y","x"],"last_seen":"2026-01-02T03:04:05.678Z"}"#,
            r#"{"created_at":[-5,"1970-01-01T00:00:00.005Z","never"],"status":{"a":1},"worker_hostname":"\u00e9\ud800"}"#,
            r#"{"connector.id":"a","connector":"a","error":"","metadata":{"status":"pending"}}"#,
        ];
        let any_of = |field, word: &str| Condition::AnyOf { field, words: vec![word.to_owned()] };
        let range = |field, from, before| Condition::Range { field, from, before };
        let conditions = [
            any_of(fields::CONNECTOR_ID, "a"),
            any_of(fields::CONNECTOR_ID, "true"),
            any_of(fields::INDEX_NAME, "1.10"),
            any_of(fields::STATUS, "pending").negated(),
            Condition::Exists { field: fields::ERROR },
            Condition::Exists { field: fields::CREATED_AT },
            Condition::Contains { fields: vec![fields::ERROR], text: "y".to_owned() },
            Condition::Like { field: fields::CONNECTOR_ID, pattern: "?".to_owned() },
            range(fields::CREATED_AT, Some(-5), Some(0)),
            range(fields::CREATED_AT, Some(2_026), Some(2_027)),
            range(fields::LAST_SEEN, Some(1_767_323_045_678), None),
        ];
        for text in documents {
            let document = Document::parse(text).unwrap();
            let values = FilteredValues::of_text(JOBS, text).unwrap();
            assert_eq!(values, FilteredValues::of(JOBS, &document), "{text}");
            let json = values.to_json();
            assert_eq!(FilteredValues::from_json(&json).as_ref(), Some(&values), "{json}");
            for condition in &conditions {
                let expected = condition.matches(JOBS, "j", &document);
                assert_eq!(condition.matches(JOBS, "j", &values), expected, "{text} {condition:?}");
            }
        }
        assert_eq!(FilteredValues::of_text(JOBS, "[]"), None);
    }

    #[test]
    fn only_what_is_filtered_by_is_kept() {
        let text = r#"{"id":"j","status":"error","indexed_document_count":5,"connector":{"id":"c","name":"n","configuration":{"password":"p"}},"metadata":{}}"#;
        let values = FilteredValues::of_text(JOBS, text).unwrap();
        assert_eq!(values.to_json(), r#"{"connector.id":["c"],"status":["error"]}"#);
        let long = format!(r#"{{"error":"{}é"}}"#, "x".repeat(LONGEST_WORD - 1));
        let values = FilteredValues::of_text(JOBS, &long).unwrap();
        let error = Condition::Contains { fields: vec![fields::ERROR], text: "é".to_owned() };
        assert!(Condition::Exists { field: fields::ERROR }.matches(JOBS, "j", &values));
        assert!(!error.matches(JOBS, "j", &values), "it is cut between two characters");
    }
}
