//! JSON objects with known and unknown fields, which preserve the unknown ones exactly.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::strict_json::without_place;
use crate::{MAXIMUM_WARNINGS, Object, Warning, did_you_mean};

/// The separator between a problem and its path in an error message.
const PATH: &str = " at path ";

/// An object inside a request body: its known fields as `T` reads them, and its text, in which each known
/// field has the value that was read (`"true"` is `true` there) and everything else stands as it was sent.
///
/// Unlike a derived structure, it is not read from an array of its fields' values. Errors end with the path of the
/// problem; [`problem_and_path`] separates them.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    known: T,
    text: Object,
}

impl<T: Serialize> Kept<T> {
    /// An object with known fields only.
    pub(crate) fn new(known: T) -> Self {
        let mut kept = Self { known, text: Object::default() };
        kept.settle();
        kept
    }

    /// The object with changed known fields.
    pub(crate) fn map(mut self, change: impl FnOnce(&mut T)) -> Self {
        change(&mut self.known);
        self.settle();
        self
    }

    fn settle(&mut self) {
        let known = serde_json::to_string(&self.known).ok().and_then(|text| Object::parse(&text).ok());
        for (name, value) in known.iter().flat_map(Object::iter) {
            self.text.set_raw(name, value.to_owned());
        }
    }
}

impl<T: JsonSchema> Kept<T> {
    /// A warning for each field that is not known, with the one that may be meant. `place` is where the object
    /// stands in the body.
    pub(crate) fn unknown_fields(&self, place: &str) -> Vec<Warning> {
        let schema = schemars::schema_for!(T);
        let known = schema.get("properties").and_then(Value::as_object);
        let known: Vec<&str> =
            known.map_or_else(Vec::new, |fields| fields.keys().map(String::as_str).collect());
        let unknown = self.text.iter().map(|(name, _)| name).filter(|name| !known.contains(name));
        let warning = |name| {
            let advice = format!("is not known and only kept{}", did_you_mean(name, &known));
            Warning::new(format!("{place}.{name}"), advice)
        };
        unknown.take(MAXIMUM_WARNINGS).map(warning).collect()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.known
    }
}

impl<T> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned + Serialize> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Box<RawValue>>::deserialize(deserializer)?;
        let object = object(&text).map_err(D::Error::custom)?;
        let known = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text.get()));
        let known = known.map_err(|error| {
            let path = error.path().to_string();
            D::Error::custom(located(&without_place(error.inner()), &path))
        })?;
        let mut kept = Self { known, text: object };
        kept.settle();
        Ok(kept)
    }
}

impl<T: JsonSchema> JsonSchema for Kept<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Reads an object, or says what stands there instead, without repeating it: it may be secret.
pub(crate) fn object(text: &RawValue) -> Result<Object, String> {
    let found = match text.get().as_bytes().first() {
        Some(b'{') => return Object::parse(text.get()).map_err(|error| error.to_string()),
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "boolean",
        _ => "number",
    };
    Err(located(&format!("invalid type: {found}, expected an object"), "."))
}

/// A problem with the path to it from the object that is read, `.` for that object; the problem may end with a
/// path of its own, which then goes on from there.
pub(crate) fn located(problem: &str, path: &str) -> String {
    let (problem, inner) = problem_and_path(problem);
    format!("{problem}{PATH}{}", joined(path, inner.unwrap_or(".")))
}

/// Takes the text of an error of a [`Kept`] object apart: what is wrong, and where in the object, `.` where it
/// is about the whole of it. Other errors have no path.
pub fn problem_and_path(problem: &str) -> (&str, Option<&str>) {
    problem.rsplit_once(PATH).map_or((problem, None), |(problem, path)| (problem, Some(path)))
}

/// A path inside of what another path leads to.
pub fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        (".", path) | (path, ".") => path.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lenient::Lenient;

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Inner {
        enabled: Lenient<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Outer {
        inner: Kept<Inner>,
        #[serde(default)]
        list: Vec<Kept<Inner>>,
    }

    #[test]
    fn what_is_known_is_read_and_the_rest_is_kept() {
        for (text, becomes) in [
            (
                r#"{"x":1.10,"inner":{"enabled":"true","y":[1e400],"name":null}}"#,
                r#"{"x":1.10,"inner":{"enabled":true,"y":[1e400],"name":null},"list":[]}"#,
            ),
            (
                r#"{"inner":{"enabled":false,"name":"n"},"list":[{"z":{},"enabled":"false"}]}"#,
                r#"{"inner":{"enabled":false,"name":"n"},"list":[{"z":{},"enabled":false}]}"#,
            ),
        ] {
            let outer: Kept<Outer> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&outer).unwrap(), becomes);
        }
    }

    #[test]
    fn an_error_says_where() {
        for (text, problem, path) in [
            (r#"{"inner":{}}"#, "missing field `enabled`", Some("inner")),
            (
                r#"{"inner":{"enabled":3}}"#,
                "invalid type: integer `3`, expected a boolean",
                Some("inner.enabled"),
            ),
            (
                r#"{"inner":{"enabled":true},"list":[{"enabled":true},{}]}"#,
                "missing field `enabled`",
                Some("list[1]"),
            ),
            ("{}", "missing field `inner`", Some(".")),
            (r#"{"inner":[true]}"#, "invalid type: array, expected an object", Some("inner")),
            (r#"{"inner":"secret"}"#, "invalid type: string, expected an object", Some("inner")),
            ("7", "invalid type: number, expected an object", Some(".")),
        ] {
            let error = serde_json::from_str::<Kept<Outer>>(text).unwrap_err();
            assert_eq!(problem_and_path(&without_place(&error)), (problem, path), "{text}");
        }
    }

    #[test]
    fn unknown_fields_are_warned_of() {
        let inner: Kept<Inner> = serde_json::from_str(r#"{"enabled":true,"nam":1}"#).unwrap();
        let warnings: Vec<String> = inner.unknown_fields("inner").iter().map(ToString::to_string).collect();
        assert_eq!(warnings, ["[inner.nam] is not known and only kept -> did you mean [name]?"]);
    }
}
