//! Numbers of documents and bytes.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::FieldValue;

/// A number of documents or bytes: a signed 64-bit integer, like a search engine's `long`.
///
/// Negative values can be parsed, so that all negative counts of a request are reported together; they are never
/// stored by the rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Count(pub i64);

impl Count {
    /// The integer of a number with a point or an exponent.
    pub(crate) fn whole(number: f64) -> Option<Self> {
        // Beyond this, a number with a point does not identify an integer.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
        let whole = || Self(number as i64);
        (number.fract() == 0.0 && number.abs() <= EXACT).then(whole)
    }
}

impl<'de> Deserialize<'de> for Count {
    /// Parses an integer in any notation, including `1.0` and `1e3`, like a `long` field.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Count;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("i64")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Count, E> {
                Ok(Count(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                let unexpected = || E::invalid_value(Unexpected::Unsigned(number), &self);
                number.try_into().map(Count).map_err(|_| unexpected())
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Count, E> {
                let unexpected = || E::invalid_type(Unexpected::Float(number), &self);
                Count::whole(number).ok_or_else(unexpected)
            }
        }
        deserializer.deserialize_i64(Number)
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "integer", "format": "int64" })
    }
}

impl FieldValue for Count {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("integer (64-bit)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        for (text, number) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("9150.0", Some(9_150)),
            ("1e3", Some(1_000)),
            ("-0.0", Some(0)),
            ("1.5", None),
            ("1e300", None),
            ("9007199254740994.0", None),
            ("\"1\"", None),
            ("null", None),
        ] {
            assert_eq!(serde_json::from_str::<Count>(text).ok(), number.map(Count), "{text}");
        }
    }
}
