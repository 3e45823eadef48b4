//! Moments in UTC that remember the precision they were written with.

use std::borrow::Cow;
use std::fmt;

use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::FieldValue;

static PARSER: DateTimeParser = DateTimeParser::new();

/// A moment, written as ISO 8601 in UTC with `Z` and as many digits of a second as it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    moment: jiff::Timestamp,
    digits: u8,
}

impl Timestamp {
    /// A moment with the precision in which this service writes times of its own: milliseconds, the
    /// resolution by which search engines sort dates.
    pub fn from_moment(moment: jiff::Timestamp) -> Self {
        let milliseconds = moment.as_millisecond();
        let moment = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(moment);
        Self { moment, digits: 3 }
    }

    /// Reads an ISO 8601 time. Without an offset it is taken to be in UTC, a date alone to be its
    /// first moment; `None` where the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = PARSER.parse_timestamp(text).ok().or_else(|| {
            let civil = PARSER.parse_datetime(text).ok()?;
            // A named zone in brackets is not ISO 8601, and reading it would need a zone database.
            let plain = !text.contains('[') && !text.ends_with(['Z', 'z']);
            plain.then(|| jiff::tz::Offset::UTC.to_timestamp(civil).ok()).flatten()
        })?;
        let fraction = text
            .split_once(['.', ','])
            .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
        Some(Self { moment, digits: u8::try_from(fraction).unwrap_or(9).min(9) })
    }

    /// Milliseconds since 1970, rounded down: the key by which documents are ordered in time.
    pub fn milliseconds(&self) -> i64 {
        self.moment.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(i64::MAX)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = DateTimePrinter::new().precision(Some(self.digits));
        formatter.write_str(&printer.timestamp_to_string(&self.moment))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'_, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "[{text}] is not an ISO 8601 time such as 2026-01-02T03:04:05Z"
            ))
        })
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
        ];
        for (text, expected) in cases {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "12", "2026-01-02T03:04:05[Europe/Paris]"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn our_own_times_have_milliseconds() {
        let moment = "2026-01-02T03:04:05.678912Z".parse().unwrap();
        assert_eq!(Timestamp::from_moment(moment).to_string(), "2026-01-02T03:04:05.678Z");
    }

    #[test]
    fn milliseconds_round_down_also_before_1970() {
        assert_eq!(Timestamp::parse("1969-12-31T23:59:59.9999Z").unwrap().milliseconds(), -1);
    }
}
