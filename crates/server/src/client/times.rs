//! Times as people say them.

use jiff::fmt::friendly::{Designator, Direction, Spacing, SpanPrinter};
use jiff::{SignedDuration, Span};

/// How long ago a moment was, in its largest unit, such as `3 mins ago`; both in milliseconds since 1970.
pub(crate) fn ago(then: i64, now: i64) -> String {
    let seconds = then.saturating_sub(now) / 1_000;
    let span = match seconds.unsigned_abs() {
        0..60 => Span::new().try_seconds(seconds),
        60..3_600 => Span::new().try_minutes(seconds / 60),
        3_600..172_800 => Span::new().try_hours(seconds / 3_600),
        172_800.. => Span::new().try_days(seconds / 86_400),
    };
    let printer =
        SpanPrinter::new().designator(Designator::Short).spacing(Spacing::BetweenUnitsAndDesignators);
    match (seconds, span) {
        (0, _) => "now".to_owned(),
        (1.., Ok(span)) => format!("in {}", printer.span_to_string(&span)),
        (_, Ok(span)) => printer.span_to_string(&span),
        (_, Err(_)) => String::new(),
    }
}

/// A duration in milliseconds in its two largest units, such as `4m 12s`.
pub(crate) fn duration(milliseconds: i64) -> String {
    let unit = match milliseconds.unsigned_abs() {
        0..1_000 => 1,
        1_000..3_600_000 => 1_000,
        3_600_000.. => 60_000,
    };
    let rounded = SignedDuration::from_millis(milliseconds - milliseconds % unit);
    SpanPrinter::new().direction(Direction::Sign).duration_to_string(&rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_durations() {
        let second = 1_000;
        let hour = 3_600 * second;
        for (then, said) in [
            (0, "now"),
            (-999, "now"),
            (-second, "1 sec ago"),
            (-59 * second, "59 secs ago"),
            (-hour + 1, "59 mins ago"),
            (-hour, "1 hr ago"),
            (-47 * hour, "47 hrs ago"),
            (-48 * hour, "2 days ago"),
            (3 * hour, "in 3 hrs"),
            (i64::MIN, ""),
            (i64::MAX, ""),
        ] {
            assert_eq!(ago(then, 0), said);
        }
        for (length, said) in [
            (0, "0s"),
            (350, "350ms"),
            (12_345, "12s"),
            (252_000, "4m 12s"),
            (hour + 61 * second, "1h 1m"),
            (30 * hour, "30h"),
            (-second, "-1s"),
        ] {
            assert_eq!(duration(length), said);
        }
        assert!(!duration(i64::MAX).is_empty() && !duration(i64::MIN).is_empty());
    }
}
