//! How the value of a field is understood when documents are filtered and ordered.
//!
//! The rules are those of a search engine's `keyword` and `date` fields, so that every backend
//! answers alike, also for documents that other programs wrote.

use serde_json::value::RawValue;

use crate::date_field::milliseconds;
use crate::{Document, Outline};

/// What has fields by their names: a document, or an outline of one.
pub trait Fields {
    /// The JSON text of a field, unless it is missing or null.
    fn get_raw(&self, name: &str) -> Option<&RawValue>;
}

impl Fields for Document {
    fn get_raw(&self, name: &str) -> Option<&RawValue> {
        Document::get_raw(self, name)
    }
}

impl Fields for Outline<'_> {
    fn get_raw(&self, name: &str) -> Option<&RawValue> {
        Outline::get_raw(self, name)
    }
}

/// The words under which a document is found in a field: what a `keyword` field would index.
///
/// Strings count as they are, numbers and booleans as their text; arrays count for each of their
/// items; nulls and objects for nothing. `path` leads through objects (`connector.id`), and through
/// each object of an array of objects.
pub fn keyword_values(document: &impl Fields, path: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (name, rest) = first_name(path);
    if let Some(value) = document.get_raw(name) {
        collect(value, rest, &mut words);
    }
    words
}

/// The first name of a path, and what follows.
fn first_name(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

fn collect(value: &RawValue, path: Option<&str>, words: &mut Vec<String>) {
    let text = value.get();
    match (text.as_bytes().first(), path) {
        (Some(b'['), _) => {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            for item in items {
                collect(item, path, words);
            }
        }
        (Some(b'{'), Some(path)) => {
            let (name, rest) = first_name(path);
            if let Some(value) = Outline::read(text, &[name]).and_then(|object| object.get_raw(name)) {
                collect(value, rest, words);
            }
        }
        (Some(b'"'), None) => words.extend(serde_json::from_str::<String>(text).ok()),
        (Some(b'{'), None) | (_, Some(_)) => {}
        (_, None) if text == "null" => {}
        (_, None) => words.push(text.to_owned()),
    }
}

/// Where a document stands in time: `created_at` in milliseconds since 1970, or `None` for a
/// document without one, which comes after all others.
///
/// Understands what a `date` field of a search engine does; of several values the earliest counts.
pub fn creation_order(document: &impl Fields) -> Option<i64> {
    let text = document.get_raw("created_at")?.get();
    // The usual case, a single string without escapes, is read where it stands.
    if let Some(plain) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'))
        && !plain.contains('\\')
    {
        return milliseconds(plain);
    }
    keyword_values(document, "created_at").iter().filter_map(|value| milliseconds(value)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DATE_FIELD_CASES, DATE_FIELD_DIFFERENCES};

    fn document(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    #[test]
    fn keyword_values_are_those_of_a_search_engine() {
        let cases: [(&str, &[&str]); 9] = [
            (r#"{"connector":{"id":"a"}}"#, &["a"]),
            (r#"{"connector":{"id":5}}"#, &["5"]),
            (r#"{"connector":{"id":true}}"#, &["true"]),
            (r#"{"connector":{"id":["a",["b"],null,1.10]}}"#, &["a", "b", "1.10"]),
            (r#"{"connector":[{"id":"a"},{"id":"b"},"c"]}"#, &["a", "b"]),
            (r#"{"connector":{"id":null}}"#, &[]),
            (r#"{"connector":{"id":{"x":"a"}}}"#, &[]),
            (r#"{"connector":"a"}"#, &[]),
            ("{}", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(keyword_values(&document(text), "connector.id"), expected, "{text}");
        }
    }

    #[test]
    fn creation_order_reads_what_a_date_field_reads() {
        let differences = DATE_FIELD_DIFFERENCES.iter().map(|(value, expected, _)| (value, expected));
        let cases = DATE_FIELD_CASES.iter().map(|(value, expected)| (value, expected));
        for (value, expected) in cases.chain(differences) {
            let text = format!(r#"{{"created_at":{value}}}"#);
            assert_eq!(creation_order(&document(&text)), *expected, "{value}");
        }
        // Elasticsearch 9 alone refuses a time without a day.
        for text in ["{}", r#"{"created_at":{"a":1}}"#, r#"{"created_at":"2024-01T03:04"}"#] {
            assert_eq!(creation_order(&document(text)), None, "{text}");
        }
        assert_eq!(creation_order(&document(r#"{"created_at":[{"a":1},5]}"#)), Some(5));
    }
}
