//! Whether two JSON texts have the same value, to find out whether an update changes anything.

use std::collections::HashMap;

use serde_json::value::RawValue;

/// Whether two JSON values are the same: numbers by their value, an integer and a number with a point never; strings
/// whatever their escapes; objects whatever the order of their keys.
///
/// ```
/// # use tributary_domain::is_same_json;
/// assert!(is_same_json(r#"{"a":1.10,"b":["é"]}"#, r#"{ "b": ["\u00e9"], "a": 1.1 }"#));
/// assert!(!is_same_json("1", "1.0"));
/// ```
#[must_use]
pub fn is_same_json(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (left.as_bytes().first(), right.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => both(left, right, |left: HashMap<String, &RawValue>, right| {
            let is_same = |(name, value): (&String, &&RawValue)| {
                right.get(name).is_some_and(|other| is_same_json(value.get(), other.get()))
            };
            left.len() == right.len() && left.iter().all(is_same)
        }),
        (Some(b'['), Some(b'[')) => both(left, right, |left: Vec<&RawValue>, right| {
            let is_same = |(left, right): (&&RawValue, &&RawValue)| is_same_json(left.get(), right.get());
            left.len() == right.len() && left.iter().zip(&right).all(is_same)
        }),
        (Some(b'"'), Some(b'"')) => both(left, right, |left: String, right| left == right),
        // Integers are the same only if their texts are; a number that is too large is like no other.
        _ => {
            is_fraction(left)
                && is_fraction(right)
                && both(left, right, |left: f64, right: f64| left.total_cmp(&right).is_eq())
        }
    }
}

/// Whether two texts can be read, and what was read is the same.
fn both<'t, T: serde::Deserialize<'t>>(
    left: &'t str,
    right: &'t str,
    is_same: impl FnOnce(T, T) -> bool,
) -> bool {
    match (serde_json::from_str(left), serde_json::from_str(right)) {
        (Ok(left), Ok(right)) => is_same(left, right),
        _ => false,
    }
}

fn is_fraction(text: &str) -> bool {
    text.contains(['.', 'e', 'E'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared() {
        for (left, right, expected) in [
            ("1", "1", true),
            ("1", "2", false),
            ("1", "1.0", false),
            ("1.10", "1.1", true),
            ("1e2", "100.0", true),
            ("1e400", "1e401", false),
            ("12345678901234567890123", "12345678901234567890124", false),
            ("true", "true", true),
            ("true", "false", false),
            ("null", "false", false),
            (r#""a""#, r#""\u0061""#, true),
            (r#""1""#, "1", false),
            (r#"{"a":1,"b":{"c":[]}}"#, r#"{"b":{"c":[ ]},"a":1}"#, true),
            (r#"{"a":1}"#, r#"{"a":1,"b":null}"#, false),
            (r#"{"a":null}"#, r#"{"b":null}"#, false),
            ("[1,2]", "[2,1]", false),
            ("[1,[2.50]]", "[1,[2.5]]", true),
            ("[]", "{}", false),
        ] {
            assert_eq!(is_same_json(left, right), expected, "{left} {right}");
            assert_eq!(is_same_json(right, left), expected, "{right} {left}");
        }
    }
}
