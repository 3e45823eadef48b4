//! Durations in Elasticsearch's time units.

use std::time::Duration;

/// The units, each with its length; a suffix of another one stands after it.
const UNITS: &[(&str, Duration)] = &[
    ("nanos", Duration::from_nanos(1)),
    ("micros", Duration::from_micros(1)),
    ("ms", Duration::from_millis(1)),
    ("s", Duration::from_secs(1)),
    ("m", Duration::from_mins(1)),
    ("h", Duration::from_hours(1)),
    ("d", Duration::from_hours(24)),
];

/// A duration as a whole number with a unit: `nanos`, `micros`, `ms`, `s`, `m`, `h` or `d`. Zero needs no unit. `None`
/// for any other text, and for a duration of more than 2^64 seconds.
///
/// ```
/// use std::time::Duration;
/// use tributary_domain::parse_duration;
///
/// assert_eq!(parse_duration("30s"), Some(Duration::from_secs(30)));
/// assert_eq!(parse_duration("0"), Some(Duration::ZERO));
/// assert_eq!(parse_duration("30"), None);
/// ```
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let units = UNITS.iter().find_map(|(unit, length)| Some((text.strip_suffix(unit)?, *length)));
    let (digits, length) = units.unwrap_or((text, Duration::ZERO));
    let number: u64 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    if length.is_zero() && number > 0 {
        return None;
    }
    let seconds = length.as_secs().checked_mul(number)?;
    // Units are either whole seconds, or less than one.
    let nanoseconds = u128::from(length.subsec_nanos()) * u128::from(number);
    let (whole, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let part = Duration::new(u64::try_from(whole).ok()?, u32::try_from(rest).ok()?);
    part.checked_add(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_read() {
        let cases = [
            ("7nanos", Duration::from_nanos(7)),
            ("7micros", Duration::from_micros(7)),
            ("1500ms", Duration::from_millis(1_500)),
            ("007s", Duration::from_secs(7)),
            ("7m", Duration::from_mins(7)),
            ("7h", Duration::from_hours(7)),
            ("7d", Duration::from_hours(7 * 24)),
            ("0", Duration::ZERO),
            ("000", Duration::ZERO),
            ("0ms", Duration::ZERO),
            ("18446744073709551615nanos", Duration::from_nanos(u64::MAX)),
            ("18446744073709551615ms", Duration::from_millis(u64::MAX)),
            ("18446744073709551615s", Duration::from_secs(u64::MAX)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_duration(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_duration() {
        for text in [
            "",
            "s",
            "ms",
            "nanos",
            "1",
            "-1",
            "-1s",
            "+1s",
            "1.5s",
            "1 s",
            " 1s",
            "1s ",
            "1S",
            "1M",
            "1w",
            "1mo",
            "1sm",
            "1e3s",
            "٣s",
            "18446744073709551616s",
            "18446744073709551615m",
            "18446744073709551615d",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
