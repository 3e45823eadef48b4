//! Date maths: moments as range queries of search engines take them, such as `now-5m`, `now/d` or
//! `2026-01-01||+1M/d`, always in UTC.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Span};

use crate::{Timestamp, date_field};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// From a Monday to 1970-01-01, a Thursday.
const MONDAY_TO_EPOCH: i64 = 3 * DAY;

/// Why a text is not a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateMathError {
    /// There is neither a date nor `now` at its start.
    #[error(
        "expected a date such as [2026-01-02], [2026-01-02T03:04:05Z] or [1767323045678], or date maths such as \
         [now-5m], [now/d] or [2026-01-01||+1M/d]"
    )]
    Date,
    /// Something else follows where there should be an operator.
    #[error("[{0}] is not an operator of date maths, expected one of [+, -, /]")]
    Operator(char),
    /// The unit is unknown.
    #[error("[{0}] is not a unit of date maths, expected one of [y, M, w, d, h, H, m, s]")]
    Unit(char),
    /// The last operator has no unit.
    #[error("a unit is missing at its end, expected one of [y, M, w, d, h, H, m, s]")]
    Truncated,
    /// A rounding to several units.
    #[error("it can only be rounded to one unit, such as [/d]")]
    Rounding,
    /// On the way, a moment is too far away.
    #[error("it is out of range")]
    OutOfRange,
}

/// A unit of date maths. Months and years are of the calendar; all others have the same length in UTC.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Year,
    Month,
    /// From Monday.
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// The moment that a text stands for, in milliseconds since 1970: a date as a `date` field reads it, or `now`, or a date
/// and `||`; after the last two, operations from left to right. Roundings go down.
///
/// ```
/// use tributary_domain::{Timestamp, parse_date_math};
///
/// let now = Timestamp::parse("2026-03-31T10:00:00Z").unwrap();
/// let february = Timestamp::parse("2026-02-28T00:00:00Z").unwrap();
/// assert_eq!(parse_date_math("now-1M/d", now), Ok(february.milliseconds()));
/// ```
pub fn parse_date_math(text: &str, now: Timestamp) -> Result<i64, DateMathError> {
    evaluated(text, now, Bound::Lower)
}

/// The last of the milliseconds that a text stands for, as `lte` and `gt` of search engines read it: missing parts of a
/// time are filled up, and roundings go to the end of the unit.
///
/// ```
/// use tributary_domain::{Timestamp, parse_latest_date_math};
///
/// let now = Timestamp::parse("2026-03-31T10:00:00Z").unwrap();
/// let end = Timestamp::parse("2026-03-31T23:59:59.999Z").unwrap().milliseconds();
/// assert_eq!(parse_latest_date_math("now/d", now), Ok(end));
/// assert_eq!(parse_latest_date_math("2026-03-31", now), Ok(end));
/// ```
pub fn parse_latest_date_math(text: &str, now: Timestamp) -> Result<i64, DateMathError> {
    evaluated(text, now, Bound::Upper)
}

/// Which end of a range a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Lower,
    Upper,
}

fn evaluated(text: &str, now: Timestamp, bound: Bound) -> Result<i64, DateMathError> {
    let date = |text, bound| {
        let moment = match bound {
            Bound::Lower => date_field::milliseconds(text),
            Bound::Upper => date_field::latest_milliseconds(text),
        };
        moment.ok_or(DateMathError::Date)
    };
    let (mut moment, operations) = match (text.strip_prefix("now"), text.split_once("||")) {
        (Some(operations), _) => (now.milliseconds(), operations),
        (None, Some((anchor, ""))) => (date(anchor, bound)?, ""),
        (None, Some((anchor, operations))) => (date(anchor, Bound::Lower)?, operations),
        (None, None) => (date(text, bound)?, ""),
    };
    let mut letters = operations.chars().peekable();
    while let Some(operator) = letters.next() {
        if !matches!(operator, '+' | '-' | '/') {
            return Err(DateMathError::Operator(operator));
        }
        let mut digits = String::new();
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let unit = Unit::parse(letters.next().ok_or(DateMathError::Truncated)?)?;
        let count = if digits.is_empty() { Ok(1) } else { digits.parse::<i64>() };
        let count = count.map_err(|_| DateMathError::OutOfRange)?;
        let changed = match operator {
            '/' if count != 1 => return Err(DateMathError::Rounding),
            '/' if bound == Bound::Upper => unit.last(moment),
            '/' => unit.round(moment),
            '-' => unit.add(moment, -count),
            _ => unit.add(moment, count),
        };
        moment = changed.ok_or(DateMathError::OutOfRange)?;
    }
    Ok(moment)
}

impl Unit {
    fn parse(letter: char) -> Result<Self, DateMathError> {
        Ok(match letter {
            'y' => Self::Year,
            'M' => Self::Month,
            'w' => Self::Week,
            'd' => Self::Day,
            'h' | 'H' => Self::Hour,
            'm' => Self::Minute,
            's' => Self::Second,
            _ => return Err(DateMathError::Unit(letter)),
        })
    }

    /// Its length in milliseconds, if it is always the same.
    const fn length(self) -> Option<i64> {
        match self {
            Self::Year | Self::Month => None,
            Self::Week => Some(WEEK),
            Self::Day => Some(DAY),
            Self::Hour => Some(HOUR),
            Self::Minute => Some(MINUTE),
            Self::Second => Some(SECOND),
        }
    }

    /// The moment so many units later; in a shorter month, its last day.
    fn add(self, moment: i64, count: i64) -> Option<i64> {
        if let Some(length) = self.length() {
            return moment.checked_add(count.checked_mul(length)?);
        }
        let span = match self {
            Self::Year => Span::new().try_years(count),
            _ => Span::new().try_months(count),
        };
        milliseconds(calendar(moment)?.checked_add(span.ok()?).ok()?)
    }

    /// The last millisecond of the unit that the moment is in.
    fn last(self, moment: i64) -> Option<i64> {
        self.add(self.round(moment)?, 1)?.checked_sub(1)
    }

    /// The start of the unit that the moment is in.
    fn round(self, moment: i64) -> Option<i64> {
        match self {
            Self::Year => {
                milliseconds(calendar(moment)?.date().first_of_year().to_datetime(Time::midnight()))
            }
            Self::Month => {
                milliseconds(calendar(moment)?.date().first_of_month().to_datetime(Time::midnight()))
            }
            Self::Week => {
                let since_monday = (moment.rem_euclid(WEEK) + MONDAY_TO_EPOCH).rem_euclid(WEEK);
                moment.checked_sub(since_monday)
            }
            _ => moment.checked_sub(moment.rem_euclid(self.length()?)),
        }
    }
}

/// The date and time of a moment, within the years that the calendar has.
fn calendar(moment: i64) -> Option<DateTime> {
    EPOCH.checked_add(SignedDuration::from_millis(moment)).ok()
}

fn milliseconds(time: DateTime) -> Option<i64> {
    i64::try_from(time.duration_since(EPOCH).as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-31T10:20:30.456Z";

    fn parse(text: &str) -> Result<i64, DateMathError> {
        parse_date_math(text, Timestamp::parse(NOW).unwrap())
    }

    #[test]
    fn operations_are_carried_out_from_left_to_right() {
        let cases = [
            ("now", NOW),
            ("now-5m", "2026-03-31T10:15:30.456Z"),
            ("now+1h", "2026-03-31T11:20:30.456Z"),
            ("now-2H", "2026-03-31T08:20:30.456Z"),
            ("now-30s", "2026-03-31T10:20:00.456Z"),
            ("now+d", "2026-04-01T10:20:30.456Z"),
            ("now+0d", NOW),
            ("now-1w", "2026-03-24T10:20:30.456Z"),
            ("now/s", "2026-03-31T10:20:30Z"),
            ("now/m", "2026-03-31T10:20:00Z"),
            ("now/h", "2026-03-31T10:00:00Z"),
            ("now/1d", "2026-03-31"),
            ("now/w", "2026-03-30"),
            ("now/M", "2026-03-01"),
            ("now/y", "2026-01-01"),
            ("now-1M", "2026-02-28T10:20:30.456Z"),
            ("now-1M/M", "2026-02-01"),
            ("now/M-1M", "2026-02-01"),
            ("now-1M+1M", "2026-03-28T10:20:30.456Z"),
            ("now/d+6h-30m", "2026-03-31T05:30:00Z"),
            ("2026-01-01||", "2026-01-01"),
            ("2026-01-01||+1M/d", "2026-02-01"),
            ("2026-01-31||+1M", "2026-02-28"),
            ("2024-01-31||+1M", "2024-02-29"),
            ("2024-02-29||+1y", "2025-02-28"),
            ("2024-02-29||+4y", "2028-02-29"),
            ("2024-02-29||-100y", "1924-02-29"),
            ("2000-02-29||-100y", "1900-02-28"),
            ("2026-12-31T23:59:59.999Z||+1M", "2027-01-31T23:59:59.999Z"),
            ("2026||+13M", "2027-02-01"),
            ("2026-01-04||/w", "2025-12-29"),
            ("2026-01-05||/w", "2026-01-05"),
            ("1970-01-01||/w", "1969-12-29"),
            ("1969-12-28T23:59||/w", "1969-12-22"),
            ("1969-12-31T23:59:59.999Z||/m", "1969-12-31T23:59:00Z"),
            ("2026-01-02T00:30+01:00||/d", "2026-01-01"),
            ("1767323045678||/h", "2026-01-02T03:00:00Z"),
            ("-1||/y", "1969-01-01"),
            ("9999-12-31||-9999y", "0000-12-31"),
            ("-9999-06||/y", "-9999-01-01"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Ok(date_field::milliseconds(expected).unwrap()), "{text}");
        }
    }

    #[test]
    fn upper_bounds_are_filled_up() {
        for (text, expected) in [
            ("now", NOW),
            ("now/d", "2026-03-31T23:59:59.999Z"),
            ("now-1M/M", "2026-02-28T23:59:59.999Z"),
            ("now/d-1h", "2026-03-31T22:59:59.999Z"),
            ("2026", "2026-01-01T23:59:59.999Z"),
            ("2026-03", "2026-03-01T23:59:59.999Z"),
            ("2026-03-31", "2026-03-31T23:59:59.999Z"),
            ("2026-03-31T", "2026-03-31T23:59:59.999Z"),
            ("2026-03-31T10", "2026-03-31T10:59:59.999Z"),
            ("2026-03-31T10:20+01:00", "2026-03-31T09:20:59.999Z"),
            ("2026-03-31T10:20:30Z", "2026-03-31T10:20:30.999Z"),
            ("2026-03-31T10:20:30,4Z", "2026-03-31T10:20:30.400Z"),
            ("2026-03-31||", "2026-03-31T23:59:59.999Z"),
            ("2026-03-31||+1h", "2026-03-31T01:00:00.000Z"),
            ("2026-03-31||/y", "2026-12-31T23:59:59.999Z"),
            ("1774952430456", NOW),
        ] {
            let latest = parse_latest_date_math(text, Timestamp::parse(NOW).unwrap());
            assert_eq!(latest, Ok(date_field::milliseconds(expected).unwrap()), "{text}");
        }
    }

    #[test]
    fn dates_are_those_of_a_date_field() {
        for text in
            ["2026", "2026-01", "2026-01-02", "2026-01-02T03", "2026-01-02T03:04:05,5+05:30", "1767323045678"]
        {
            assert_eq!(parse(text), Ok(date_field::milliseconds(text).unwrap()), "{text}");
        }
        assert_eq!(parse("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(parse("9999-12-31||+1d"), Ok(253_402_300_800_000));
    }

    #[test]
    fn what_is_no_moment_is_told() {
        use DateMathError::{Date, Operator, OutOfRange, Rounding, Truncated, Unit};
        let far = "9".repeat(100_000);
        let cases = [
            ("", Date),
            (" now", Date),
            ("yesterday", Date),
            ("Now", Date),
            ("2026-02-30", Date),
            ("2026-02-30||+1d", Date),
            ("||+1d", Date),
            ("2026-01-01+1d", Date),
            ("2026-01-02T03:04:05[Europe/Paris]", Date),
            ("now 5m", Operator(' ')),
            ("now5m", Operator('5')),
            ("now||+1d", Operator('|')),
            ("now-5m ", Operator(' ')),
            ("now-5x", Unit('x')),
            ("now-5D", Unit('D')),
            ("now--5d", Unit('-')),
            ("now-1.5h", Unit('.')),
            ("now+é", Unit('é')),
            ("now-", Truncated),
            ("now-5", Truncated),
            ("now/", Truncated),
            ("now/2d", Rounding),
            ("now/0d", Rounding),
            ("now+1000000y", OutOfRange),
            ("now-99999999999M", OutOfRange),
            ("now+9223372036854775807s", OutOfRange),
            ("9223372036854775807||+1s", OutOfRange),
            ("-9223372036854775807||/w", OutOfRange),
            ("-9223372036854775807||/d", OutOfRange),
            ("9223372036854775807||/y", OutOfRange),
            ("9999-12-31||+1M", OutOfRange),
            ("9999-12-31||+1d/M", OutOfRange),
            ("-9999||-1y", OutOfRange),
            (&format!("now+{far}d"), OutOfRange),
            (&far, Date),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(
            anchor in proptest::sample::select(&["now", "2024-02-29||", "-9999||", "9999-12-31T23:59:59.999||", "-9223372036854775807||", "9223372036854775807||"][..]),
            operations in "([+/-]([0-9]{0,3}|[0-9]{16,20})[yMwdhHms]){0,6}",
        ) {
            if let Ok(moment) = parse(&format!("{anchor}{operations}")) {
                let rounded = parse(&format!("{moment}||/s"));
                proptest::prop_assert!(rounded.is_ok_and(|rounded| (0..SECOND).contains(&(moment - rounded))) || moment < i64::MIN + SECOND);
            }
        }
    }
}
