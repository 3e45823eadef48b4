//! Numbers and booleans that may be sent as strings, as Elasticsearch accepts them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error, IntoDeserializer as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::Count;

/// A type that can also be parsed from a string.
pub trait FromText: Sized {
    /// The name of the type, for messages.
    const EXPECTED: &'static str;
    /// A regular expression that accepted strings match.
    const PATTERN: &'static str;

    /// Parses a string.
    fn from_text(text: &str) -> Option<Self>;

    /// Converts a number with a point or an exponent, if possible.
    fn from_float(number: f64) -> Option<Self>;
}

impl FromText for bool {
    const EXPECTED: &'static str = "a boolean";
    const PATTERN: &'static str = "^(true|false)$";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }
}

impl FromText for i64 {
    const EXPECTED: &'static str = "i64";
    const PATTERN: &'static str = "^-?[0-9]{1,18}$";

    fn from_text(text: &str) -> Option<Self> {
        Count::from_text(text).map(|Count(number)| number)
    }

    fn from_float(number: f64) -> Option<Self> {
        Count::from_float(number).map(|Count(number)| number)
    }
}

impl FromText for Count {
    const EXPECTED: &'static str = "i64";
    const PATTERN: &'static str = "^[0-9]{1,18}$";

    fn from_text(text: &str) -> Option<Self> {
        let exact = text.parse::<i64>().ok().map(Count);
        exact.or_else(|| Count::whole(text.parse().ok()?))
    }

    fn from_float(number: f64) -> Option<Self> {
        Count::whole(number)
    }
}

/// A value in a request body that may also be a string: `2` and `"2"`, `true` and `"true"` are equal. It is stored in
/// its own type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Lenient<T>(pub T);

impl<'de, T: FromText + Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar<T>(PhantomData<T>);
        impl<'de, T: FromText + Deserialize<'de>> Visitor<'de> for Scalar<T> {
            type Value = Lenient<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(T::EXPECTED)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Lenient)
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Lenient)
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Lenient)
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                let invalid = || E::invalid_type(Unexpected::Float(value), &self);
                T::from_float(value).map(Lenient).ok_or_else(invalid)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let invalid = || E::invalid_type(Unexpected::Str(text), &self);
                T::from_text(text).map(Lenient).ok_or_else(invalid)
            }
        }
        deserializer.deserialize_any(Scalar(PhantomData))
    }
}

impl<T: FromText + JsonSchema> JsonSchema for Lenient<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let own = schema.remove("type").unwrap_or_default();
        schema.insert("type".to_owned(), Value::Array(vec![own, "string".into()]));
        schema.insert("pattern".to_owned(), T::PATTERN.into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: FromText + serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
        serde_json::from_str::<Lenient<T>>(text).map(|value| value.0).map_err(|error| error.to_string())
    }

    #[test]
    fn strings_are_what_they_mean() {
        for (text, number) in [
            ("2", Some(2)),
            (r#""2""#, Some(2)),
            (r#""-7""#, Some(-7)),
            (r#""+7""#, Some(7)),
            (r#""2.0""#, Some(2)),
            (r#""1e3""#, Some(1_000)),
            (r#""9223372036854775807""#, Some(i64::MAX)),
            (r#""9223372036854775808""#, None),
            (r#""1.5""#, None),
            (r#""""#, None),
            (r#"" 2""#, None),
            (r#""NaN""#, None),
            (r#""inf""#, None),
            (r#""0x2""#, None),
            ("true", None),
            ("null", None),
            ("[2]", None),
        ] {
            assert_eq!(read::<Count>(text).ok(), number.map(Count), "{text}");
        }
        for (text, value) in [
            ("true", Some(true)),
            (r#""true""#, Some(true)),
            (r#""false""#, Some(false)),
            (r#""True""#, None),
            (r#""yes""#, None),
            (r#""""#, None),
            ("1", None),
            ("null", None),
        ] {
            assert_eq!(read::<bool>(text).ok(), value, "{text}");
        }
    }

    #[test]
    fn a_string_that_means_nothing_is_quoted() {
        let reason = read::<bool>(r#""yes""#).unwrap_err();
        assert!(reason.starts_with(r#"invalid type: string "yes", expected a boolean"#), "{reason}");
        let reason = read::<Count>(r#""many""#).unwrap_err();
        assert!(reason.starts_with(r#"invalid type: string "many", expected i64"#), "{reason}");
    }
}
