//! How values are indexed for filtering and sorting.
//!
//! The rules are those of a search engine's `keyword`, `date` and `long` fields, so that all backends return the same
//! results, also for documents that other programs wrote.

use serde_json::value::RawValue;

use crate::date_field::milliseconds;
use crate::{Document, Outline};

/// Access to fields by name: a document, or an outline of one.
pub trait Fields {
    /// The JSON text of a field, if it is present and not null.
    fn get_raw(&self, name: &str) -> Option<&RawValue>;

    /// A field that is an object, if it was read already.
    fn object(&self, _name: &str) -> Option<&Outline<'_>> {
        None
    }
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

    fn object(&self, name: &str) -> Option<&Outline<'_>> {
        Outline::object(self, name)
    }
}

/// The words of a document in a field, as a `keyword` field would index them.
///
/// Strings, numbers and booleans are indexed as their text, arrays by their items; nulls and objects are ignored.
/// `path` leads through objects (`connector.id`), and through each object of an array of objects.
pub fn keyword_values(document: &impl Fields, path: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (name, rest) = first_name(path);
    if let (Some(rest), Some(object)) = (rest, document.object(name)) {
        return keyword_values(object, rest);
    }
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

/// The times of a document in a field in milliseconds since 1970, as a `date` field would index them. Values that the
/// field would ignore are left out.
pub fn date_values(document: &impl Fields, path: &str) -> Vec<i64> {
    // Fast path: a single string without escapes.
    if !path.contains('.')
        && let Some(value) = document.get_raw(path)
        && let Some(plain) = value.get().strip_prefix('"').and_then(|text| text.strip_suffix('"'))
        && !plain.contains('\\')
    {
        return milliseconds(plain).into_iter().collect();
    }
    keyword_values(document, path).iter().filter_map(|value| milliseconds(value)).collect()
}

/// The numbers of a document in a field, as a `long` field would index them. Fractions are truncated, also in strings;
/// values that are not signed 64-bit integers are left out.
pub fn number_values(document: &impl Fields, path: &str) -> Vec<i64> {
    keyword_values(document, path).iter().filter_map(|value| whole_number(value)).collect()
}

/// Parses a JSON number and truncates its fraction.
fn whole_number(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !text.contains(['e', 'E']) && fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return whole.parse().ok();
    }
    let number: f64 = serde_json::from_str(text).ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is in range, and its fraction is meant to go")]
    let whole = || number as i64;
    // Both bounds are exact as numbers with a point; the upper one is the first that is too large.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number).then(whole)
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
    fn dates_are_what_a_date_field_reads() {
        let dates = |text: &str| date_values(&document(text), "created_at");
        let differences = DATE_FIELD_DIFFERENCES.iter().map(|(value, expected, _)| (value, expected));
        let cases = DATE_FIELD_CASES.iter().map(|(value, expected)| (value, expected));
        for (value, expected) in cases.chain(differences) {
            let least = dates(&format!(r#"{{"created_at":{value}}}"#)).into_iter().min();
            assert_eq!(least, *expected, "{value}");
        }
        // Elasticsearch 9 alone refuses a time without a day.
        for text in ["{}", r#"{"created_at":{"a":1}}"#, r#"{"created_at":"2024-01T03:04"}"#] {
            assert!(dates(text).is_empty(), "{text}");
        }
        assert_eq!(dates(r#"{"created_at":[{"a":1},5]}"#), [5]);
    }

    #[test]
    fn numbers_are_what_a_long_field_reads() {
        let cases: [(&str, &[i64]); 10] = [
            ("5", &[5]),
            ("-0", &[0]),
            (r#"[5.9,"-5.9","7"]"#, &[5, -5, 7]),
            ("1.5e3", &[1_500]),
            ("9223372036854775807", &[i64::MAX]),
            ("9223372036854775808", &[]),
            ("-9223372036854775808.5", &[i64::MIN]),
            (r#"[1e400,1e19,"x","",null,{"n":5}]"#, &[]),
            ("true", &[]),
            ("null", &[]),
        ];
        for (value, expected) in cases {
            let found = number_values(&document(&format!(r#"{{"n":{{"m":{value}}}}}"#)), "n.m");
            assert_eq!(found, expected, "{value}");
        }
    }
}
