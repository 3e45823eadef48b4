//! How the `date` field of a search engine reads a value, in its default format
//! `strict_date_optional_time||epoch_millis`.
//!
//! Where OpenSearch and Elasticsearch differ, in notations that no program is known to write, the rule is
//! that of Elasticsearch 9. `date_field_cases.rs` has a row for each rule, and a test of the search stores compares
//! the rows with the real engines.

use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);
/// The largest offset from UTC in seconds.
const LARGEST_OFFSET: i64 = 18 * 3_600;
/// The most digits of a fraction of a second.
const FRACTION_DIGITS: usize = 9;
/// The most digits of a fraction of a millisecond.
const MILLISECOND_FRACTION_DIGITS: usize = 6;

/// The milliseconds since 1970 that the field is indexed under, or `None` where it refuses or ignores the
/// text. The text is that of a string, or of a number as it is written.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    // Four digits are a year, also where they are a number.
    iso8601(text).or_else(|| epoch_milliseconds(text))
}

/// The last of the milliseconds that a text stands for, as the upper bound of a range is read: what is missing of a time
/// of day is filled up, a missing month or day is the first.
pub(crate) fn latest_milliseconds(text: &str) -> Option<i64> {
    let Some(first) = iso8601(text) else { return epoch_milliseconds(text) };
    let time = text.split_once('T').map_or("", |(_, time)| time);
    let time = time.split(['Z', '+', '-', 'U', 'G']).next().unwrap_or_default();
    let missing = match (time, time.matches(':').count()) {
        ("", _) => 86_400_000,
        (_, 0) => 3_600_000,
        (_, 1) => 60_000,
        (time, _) if time.contains(['.', ',']) => 1,
        _ => 1_000,
    };
    Some(first + missing - 1)
}

/// Reads `strict_date_optional_time`.
fn iso8601(text: &str) -> Option<i64> {
    let mut rest = Rest(text.as_bytes());
    let sign = if rest.skip(b'-') { -1 } else { 1 };
    let year = sign * rest.digits(4)?;
    let (mut month, mut day) = (1, 1);
    let mut milliseconds_of_day = 0;
    if rest.skip(b'-') {
        month = rest.digits(2)?;
        if rest.skip(b'-') {
            day = rest.digits(2)?;
            if rest.skip(b'T') && !rest.0.is_empty() {
                milliseconds_of_day = rest.time()? - rest.offset()? * 1_000;
            }
        }
    }
    if !rest.0.is_empty() {
        return None;
    }
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some(date.duration_since(EPOCH).as_secs() * 1_000 + milliseconds_of_day)
}

/// Reads `epoch_millis`: a fraction is rounded down.
fn epoch_milliseconds(text: &str) -> Option<i64> {
    let (is_negative, magnitude) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || !are_digits(whole)
        || !are_digits(fraction)
        || fraction.len() > MILLISECOND_FRACTION_DIGITS
    {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let is_whole = fraction.bytes().all(|digit| digit == b'0');
    if is_negative { (-whole).checked_sub(i64::from(!is_whole)) } else { Some(whole) }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Skips a byte if it is next.
    fn skip(&mut self, byte: u8) -> bool {
        let Some(rest) = self.0.strip_prefix(&[byte]) else { return false };
        self.0 = rest;
        true
    }

    /// Reads exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits.iter().try_fold(0, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
        })?;
        self.0 = rest;
        Some(number)
    }

    /// Reads two digits that count up to 59.
    fn sixtieths(&mut self) -> Option<i64> {
        self.digits(2).filter(|number| *number < 60)
    }

    /// Reads a time of day, of which all but the hour may be missing, in milliseconds.
    fn time(&mut self) -> Option<i64> {
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        let (mut minutes, mut seconds, mut milliseconds) = (0, 0, 0);
        if self.skip(b':') {
            minutes = self.sixtieths()?;
            if self.skip(b':') {
                seconds = self.sixtieths()?;
                if self.skip(b'.') || self.skip(b',') {
                    milliseconds = self.fraction()?;
                }
            }
        }
        Some((hours * 3_600 + minutes * 60 + seconds) * 1_000 + milliseconds)
    }

    /// Reads the digits of a fraction of a second, in milliseconds rounded down.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=FRACTION_DIGITS).contains(&count) {
            return None;
        }
        let milliseconds = self.digits(count.min(3))? * [100, 10, 1][count.min(3) - 1];
        self.0 = self.0.get(count.saturating_sub(3)..)?;
        Some(milliseconds)
    }

    /// Reads the offset from UTC, which may be missing, in seconds.
    fn offset(&mut self) -> Option<i64> {
        if self.skip(b'Z') {
            return Some(0);
        }
        for name in [b"UTC".as_slice(), b"GMT", b"UT"] {
            if let Some(rest) = self.0.strip_prefix(name) {
                self.0 = rest;
                break;
            }
        }
        let sign = match (self.skip(b'+'), self.skip(b'-')) {
            (true, false) => 1,
            (false, true) => -1,
            _ => return self.0.is_empty().then_some(0),
        };
        let mut seconds = self.digits(2)? * 3_600;
        let has_colons = self.skip(b':');
        if has_colons || !self.0.is_empty() {
            seconds += self.sixtieths()? * 60;
            if !self.0.is_empty() {
                // Either all parts have a colon before them or none.
                seconds += (self.skip(b':') == has_colons).then(|| self.sixtieths())??;
            }
        }
        (seconds <= LARGEST_OFFSET).then_some(sign * seconds)
    }
}
