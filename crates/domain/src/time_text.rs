//! Parsing of timestamps: ISO 8601, and the other formats of a search engine's `date` field.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::fmt::temporal::DateTimeParser;

use crate::date_field;

static PARSER: DateTimeParser = DateTimeParser::new();
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Why a text is not a valid timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeProblem {
    /// It has no supported format.
    Unreadable,
    /// It is before the year 0000 or after the year 9999.
    OutOfRange,
}

/// Parses a timestamp: the time in UTC, and its number of fractional digits. Without an offset it is in UTC; a date
/// stands for its first moment.
pub(crate) fn read(text: &str) -> Result<(DateTime, u8), TimeProblem> {
    match read_iso8601(text) {
        Err(TimeProblem::Unreadable) => {}
        read => return read,
    }
    match date_field::milliseconds(text) {
        Some(milliseconds) => read_milliseconds(milliseconds),
        None if has_far_year(text) => Err(TimeProblem::OutOfRange),
        None => Err(TimeProblem::Unreadable),
    }
}

/// The time for milliseconds since 1970, with three fractional digits.
pub(crate) fn read_milliseconds(milliseconds: i64) -> Result<(DateTime, u8), TimeProblem> {
    let moment = EPOCH.checked_add(SignedDuration::from_millis(milliseconds));
    Ok((in_range(moment)?, 3))
}

fn read_iso8601(text: &str) -> Result<(DateTime, u8), TimeProblem> {
    // A zone name in brackets is not ISO 8601, and would require a time zone database.
    if text.contains('[') {
        return Err(TimeProblem::Unreadable);
    }
    let shortened = without_finest_digits(text);
    let text = shortened.as_deref().unwrap_or(text);
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        None => (whole_date(text).or_else(|| part_of_date(text)), None),
        Some((date, time)) => (whole_date(date), Some(time)),
    };
    let date = date.ok_or(TimeProblem::Unreadable)?;
    let Some(time) = time else { return Ok((in_range(Ok(date.to_datetime(Time::midnight())))?, 0)) };
    if let Some((whole, rest)) = without_coarse_fraction(time) {
        let (moment, _) =
            read_iso8601(&format!("{}T{whole}", text.split(['T', 't', ' ']).next().unwrap_or_default()))?;
        let digits = if rest.subsec_nanos() == 0 { 0 } else { 9 };
        return Ok((in_range(moment.checked_add(rest))?, digits));
    }
    let (time_of_day, offset, is_end_of_day) = time_and_offset(time).ok_or(TimeProblem::Unreadable)?;
    let day = if is_end_of_day { date.tomorrow() } else { Ok(date) };
    let moment = day.and_then(|day| day.to_datetime(time_of_day).checked_sub(offset));
    let fraction = time
        .split_once(['.', ','])
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    Ok((in_range(moment)?, u8::try_from(fraction).unwrap_or(9).min(9)))
}

fn in_range(moment: Result<DateTime, jiff::Error>) -> Result<DateTime, TimeProblem> {
    moment.ok().filter(|moment| moment.year() >= 0).ok_or(TimeProblem::OutOfRange)
}

/// Parses a day, by month, week or day of the year.
fn whole_date(text: &str) -> Option<Date> {
    let by_week = || text.parse::<ISOWeekDate>().ok().map(ISOWeekDate::date);
    PARSER.parse_date(text).ok().or_else(by_week).or_else(|| ordinal_date(text))
}

/// Parses `2024-123` or `2024123`.
fn ordinal_date(text: &str) -> Option<Date> {
    let (year, day) = text.split_at_checked(4)?;
    let (year, day) = (number(year, 4)?, number(day.strip_prefix('-').unwrap_or(day), 3)?);
    Date::new(year, 1, 1).ok()?.with().day_of_year(day).build().ok()
}

/// Parses a year, month or week, which stands for its first day.
fn part_of_date(text: &str) -> Option<Date> {
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 if text.contains('W') => format!("{text}1"),
        7 => format!("{text}-01"),
        8 => format!("{text}-1"),
        _ => return None,
    };
    whole_date(&whole)
}

/// Parses a number with an exact number of digits.
fn number(text: &str, digits: usize) -> Option<i16> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Parses a time of day with its offset from UTC, and whether it is the end of the day, `24:00`.
fn time_and_offset(text: &str) -> Option<(Time, SignedDuration, bool)> {
    let end_of_day = text.strip_prefix("24").filter(|rest| {
        let time = rest.split(['Z', 'z', '+', '-']).next().unwrap_or_default();
        time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.' | b','))
    });
    let text = end_of_day.map_or_else(|| format!("1970-01-01T{text}"), |rest| format!("1970-01-01T00{rest}"));
    let pieces = PARSER.parse_pieces(&text).ok()?;
    let offset = pieces.to_numeric_offset().map_or(0, jiff::tz::Offset::seconds);
    Some((pieces.time()?, SignedDuration::from_secs(offset.into()), end_of_day.is_some()))
}

/// Truncates the fraction to nanoseconds, if it is finer.
fn without_finest_digits(text: &str) -> Option<String> {
    const DIGITS: usize = 9;
    let start = text.find(['.', ','])? + 1;
    let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > DIGITS).then(|| format!("{}{}", &text[..start + DIGITS], &text[start + digits..]))
}

/// Extracts the fraction of an hour or minute from a time of day, such as `03.5` or `03:04.5`.
fn without_coarse_fraction(text: &str) -> Option<(String, SignedDuration)> {
    const NANOSECONDS: i64 = 1_000_000_000;
    let (clock, rest) = text.split_at(text.find(['.', ','])?);
    let seconds = match clock.bytes().filter(u8::is_ascii_digit).count() {
        2 => 3_600,
        4 => 60,
        _ => return None,
    };
    let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, offset) = rest[1..].split_at(digits);
    if offset.contains(['.', ',']) {
        return None;
    }
    let scale = 10_i64.checked_pow(u32::try_from(digits).ok()?)?;
    let nanoseconds =
        i128::from(fraction.parse::<i64>().ok()?) * i128::from(seconds * NANOSECONDS) / i128::from(scale);
    Some((format!("{clock}{offset}"), SignedDuration::from_nanos(i64::try_from(nanoseconds).ok()?)))
}

/// Whether a text begins like a date whose year is out of range.
fn has_far_year(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 4 || digits == 4 && text.starts_with('-')) && unsigned[digits..].starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DATE_FIELD_CASES;

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let (moment, digits) = read(text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
            assert_eq!(format!("{moment} {digits}"), *expected, "{text}");
        }
    }

    #[test]
    fn dates_are_read_in_every_notation() {
        check(&[
            ("2024-01-02", "2024-01-02T00:00:00 0"),
            ("20240102", "2024-01-02T00:00:00 0"),
            ("+002024-01-02", "2024-01-02T00:00:00 0"),
            ("2024-W01-2", "2024-01-02T00:00:00 0"),
            ("2024W012", "2024-01-02T00:00:00 0"),
            ("2020-W53-5", "2021-01-01T00:00:00 0"),
            ("2024-002", "2024-01-02T00:00:00 0"),
            ("2024002", "2024-01-02T00:00:00 0"),
            ("2024-366", "2024-12-31T00:00:00 0"),
            ("2024-03", "2024-03-01T00:00:00 0"),
            ("2024-W10", "2024-03-04T00:00:00 0"),
            ("2024W10", "2024-03-04T00:00:00 0"),
            ("2024", "2024-01-01T00:00:00 0"),
            ("0000", "0000-01-01T00:00:00 0"),
        ]);
    }

    #[test]
    fn times_are_read_in_every_notation() {
        check(&[
            ("2024-01-02T03", "2024-01-02T03:00:00 0"),
            ("2024-01-02T03:04Z", "2024-01-02T03:04:00 0"),
            ("20240102T030405Z", "2024-01-02T03:04:05 0"),
            ("20240102T0304+0530", "2024-01-01T21:34:00 0"),
            ("2024-W01-2T03:04:05Z", "2024-01-02T03:04:05 0"),
            ("2024002T030405,25-02", "2024-01-02T05:04:05.25 2"),
            ("2024-01-02t03:04:05z", "2024-01-02T03:04:05 0"),
            ("2024-01-02 03:04:05.123456789+01:00", "2024-01-02T02:04:05.123456789 9"),
            ("2024-01-02T03:04.5", "2024-01-02T03:04:30 0"),
            ("2024-01-02T0304,25+01:00", "2024-01-02T02:04:15 0"),
            ("2024-01-02T03.5Z", "2024-01-02T03:30:00 0"),
            ("2024-01-02T03:04.0001", "2024-01-02T03:04:00.006 9"),
            ("2024-01-02T03:04:05.1234567891234Z", "2024-01-02T03:04:05.123456789 9"),
            ("2024-01-02T24:00", "2024-01-03T00:00:00 0"),
            ("2024-12-31T24:00:00.000+01:00", "2024-12-31T23:00:00 3"),
            ("2024-12-31T240000Z", "2025-01-01T00:00:00 0"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59 0"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999 9"),
            ("9999-12-31T23:59:59.999+00:01", "9999-12-31T23:58:59.999 3"),
            ("0000-01-01T00:00:00.000Z", "0000-01-01T00:00:00 3"),
        ]);
    }

    #[test]
    fn milliseconds_are_read() {
        check(&[
            ("1704164645123", "2024-01-02T03:04:05.123 3"),
            ("1704164645123.9", "2024-01-02T03:04:05.123 3"),
            ("-1", "1969-12-31T23:59:59.999 3"),
            ("253402300799999", "9999-12-31T23:59:59.999 3"),
            ("-62167219200000", "0000-01-01T00:00:00 3"),
        ]);
    }

    #[test]
    fn what_a_date_field_reads_is_taken_as_the_same_moment() {
        for (value, milliseconds) in DATE_FIELD_CASES {
            let Ok(text) = serde_json::from_str::<String>(value) else { continue };
            // Eight digits are a day here.
            let Some(milliseconds) = milliseconds.filter(|_| text != "20240102") else { continue };
            let read = read(&text).map(|(moment, _)| moment.duration_since(EPOCH));
            let is_in_range = (-62_167_219_200_000..=253_402_300_799_999).contains(&milliseconds);
            match read {
                Ok(read) if is_in_range => {
                    let read = read.as_nanos().div_euclid(1_000_000);
                    assert_eq!(read, milliseconds.into(), "{text}");
                }
                Err(TimeProblem::OutOfRange) if !is_in_range => {}
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_out_of_range_is_told_from_what_is_no_time() {
        for text in [
            "10000-01-01T00:00:00Z",
            "+010000-01-01",
            "+12024-01-01",
            "-2024-01-01T00:00:00Z",
            "-002024-01-01",
            "-2024",
            "9999-12-31T24:00",
            "9999-12-31T23:59:59.999-00:01",
            "0000-01-01T00:00:00+00:01",
            "253402300800000",
            "-62167219200001",
        ] {
            assert_eq!(read(text), Err(TimeProblem::OutOfRange), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2024-13",
            "2024-13-01T00:00:00Z",
            "2023-366",
            "2024-000",
            "2023-W53-1",
            "2024-W10T03:04",
            "2024-01T03:04",
            "2024T03",
            "2024-01-02T24:00:01",
            "2024-01-02T25:00",
            "2024-01-02T03:04.",
            "2024-01-02T3.5",
            "2024-01-02T03:04.5.5",
            "2024-01-02T03:04:05[Europe/Paris]",
            "2024-01-02T03:04:05 ",
            "2024-é",
        ] {
            assert_eq!(read(text), Err(TimeProblem::Unreadable), "{text}");
        }
    }
}
