//! Moments in UTC that remember the precision they were written with.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::FieldValue;
use crate::time_text::{self, TimeProblem};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A moment, written as ISO 8601 in UTC with `Z` and as many digits of a second as it came with. Its year is
/// one of 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// In UTC.
    moment: DateTime,
    digits: u8,
}

impl Timestamp {
    /// A moment with the precision in which this service writes times of its own: milliseconds, the
    /// resolution by which search engines sort dates.
    pub fn from_moment(moment: jiff::Timestamp) -> Self {
        let milliseconds = moment.as_millisecond();
        let moment = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(moment);
        Self { moment: Offset::UTC.to_datetime(moment), digits: 3 }
    }

    /// So many milliseconds since 1970; `None` for years that do not have four digits.
    #[must_use]
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        let (moment, digits) = time_text::read_milliseconds(milliseconds).ok()?;
        Some(Self { moment, digits })
    }

    /// Reads a time in any notation of ISO 8601, or milliseconds since 1970. Without an offset it is taken
    /// to be in UTC, a date without a time to be its first moment; `None` where the text is none of these,
    /// and for years that do not have four digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (moment, digits) = time_text::read(text).ok()?;
        Some(Self { moment, digits })
    }

    /// The milliseconds since 1970, rounded down.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        let nanoseconds = self.moment.duration_since(EPOCH).as_nanos();
        i64::try_from(nanoseconds.div_euclid(1_000_000)).unwrap_or_default()
    }

    /// The moment so long after this one, with the same precision; at most the last moment that there is.
    #[must_use]
    pub fn later_by(self, duration: Duration) -> Self {
        Self { moment: self.moment.checked_add(duration).unwrap_or(DateTime::MAX), ..self }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = DateTimePrinter::new().precision(Some(self.digits));
        write!(formatter, "{}Z", printer.datetime_to_string(&self.moment))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    /// Reads a string, or a number of milliseconds since 1970.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, read) = deserializer.deserialize_any(TimeVisitor)?;
        match read {
            Ok((moment, digits)) => Ok(Self { moment, digits }),
            Err(TimeProblem::Unreadable) => Err(D::Error::custom(format_args!(
                "[{text}] is not an ISO 8601 time such as 2026-01-02T03:04:05Z"
            ))),
            Err(TimeProblem::OutOfRange) => Err(D::Error::custom(format_args!(
                "[{text}] is not a time from 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z"
            ))),
        }
    }
}

/// Reads a time with the text that it was written in.
struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = (String, Result<(DateTime, u8), TimeProblem>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an ISO 8601 time such as 2026-01-02T03:04:05Z")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.to_owned(), time_text::read(text)))
    }

    fn visit_i64<E: Error>(self, milliseconds: i64) -> Result<Self::Value, E> {
        Ok((milliseconds.to_string(), time_text::read_milliseconds(milliseconds)))
    }

    fn visit_u64<E: Error>(self, milliseconds: u64) -> Result<Self::Value, E> {
        // What does not fit is out of range in any case.
        let read = time_text::read_milliseconds(milliseconds.try_into().unwrap_or(i64::MAX));
        Ok((milliseconds.to_string(), read))
    }

    fn visit_f64<E: Error>(self, milliseconds: f64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_possible_truncation, reason = "what does not fit becomes a bound")]
        let read = time_text::read_milliseconds(milliseconds.floor() as i64);
        Ok((milliseconds.to_string(), read))
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl FieldValue for Timestamp {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("time (ISO 8601, UTC)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_precision_and_moves_to_utc() {
        let cases = [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.100Z", "2026-01-02T03:04:05.100Z"),
            ("2026-01-02T03:04:05.123456+02:00", "2026-01-02T01:04:05.123456Z"),
            ("2026-01-02T03:04:05,5", "2026-01-02T03:04:05.5Z"),
            ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
            ("0000-01-01T00:00:00.0+00:00", "0000-01-01T00:00:00.0Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_milliseconds() {
        let cases = [
            ("1767323045678", "2026-01-02T03:04:05.678Z"),
            ("1767323045678.9", "2026-01-02T03:04:05.678Z"),
            ("1.767323045678e12", "2026-01-02T03:04:05.678Z"),
            ("2026", "1970-01-01T00:00:02.026Z"),
            ("-1", "1969-12-31T23:59:59.999Z"),
            (r#""1767323045678""#, "2026-01-02T03:04:05.678Z"),
        ];
        for (json, expected) in cases {
            assert_eq!(serde_json::from_str::<Timestamp>(json).unwrap().to_string(), expected, "{json}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "1e3", "2026-01-02T03:04:05[Europe/Paris]"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        let cases = [
            (r#""yesterday""#, "[yesterday] is not an ISO 8601 time such as 2026-01-02T03:04:05Z"),
            ("true", "invalid type: boolean `true`, expected an ISO 8601 time such as 2026-01-02T03:04:05Z"),
        ];
        for (json, expected) in cases {
            let reason = serde_json::from_str::<Timestamp>(json).unwrap_err().to_string();
            assert!(reason.starts_with(expected), "{json}: {reason}");
        }
    }

    #[test]
    fn the_range_is_told() {
        for json in [
            r#""10000-01-01T00:00:00Z""#,
            r#""-2026-01-01""#,
            r#""253402300800000""#,
            "253402300800000",
            "18446744073709551615",
            "-9223372036854775808",
            "1e300",
            "-1e300",
        ] {
            let reason = serde_json::from_str::<Timestamp>(json).unwrap_err().to_string();
            let range = "is not a time from 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z";
            assert!(reason.contains(range), "{json}: {reason}");
        }
    }

    #[test]
    fn moments_are_counted_and_moved() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678),
            ("0000-01-01", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().milliseconds(), milliseconds, "{text}");
        }
        let later = |text| Timestamp::parse(text).unwrap().later_by(Duration::from_mins(1)).to_string();
        assert_eq!(later("2026-12-31T23:59:05.50Z"), "2027-01-01T00:00:05.50Z");
        assert_eq!(later("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn our_own_times_have_milliseconds() {
        let moment = "2026-01-02T03:04:05.678912Z".parse().unwrap();
        assert_eq!(Timestamp::from_moment(moment).to_string(), "2026-01-02T03:04:05.678Z");
        let text = |milliseconds| Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string());
        assert_eq!(text(1_767_225_600_000).as_deref(), Some("2026-01-01T00:00:00.000Z"));
        assert_eq!(text(i64::MAX), None);
    }
}
