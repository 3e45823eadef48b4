//! Quartz cron expressions: seconds come first, the year is optional, one of the two day fields is `?`.
//!
//! `croner` parses the fields, but does not report the position of an error and is less strict than Quartz: each field
//! is parsed separately, after checks for what it would accept wrongly.

use croner::parser::{CronParser, Seconds, Year};

/// A field of an expression: its name and the range of its values.
struct CronField {
    name: &'static str,
    lowest: u16,
    highest: u16,
    /// Whether its values have names, such as JAN or SUN.
    has_names: bool,
}

const fn field(name: &'static str, lowest: u16, highest: u16, has_names: bool) -> CronField {
    CronField { name, lowest, highest, has_names }
}

const FIELDS: [CronField; 7] = [
    field("seconds", 0, 59, false),
    field("minutes", 0, 59, false),
    field("hours", 0, 23, false),
    field("day of month", 1, 31, false),
    field("month", 1, 12, true),
    field("day of week", 1, 7, true),
    field("year", 1970, 2199, false),
];
const DAY_OF_MONTH: usize = 3;
const DAY_OF_WEEK: usize = 5;
const YEAR: usize = 6;

/// The maximum length of an expression in characters, enough for a list of all values in every field.
const MAXIMUM_LENGTH: usize = 4096;

/// Validates an expression; the error gives the position of the mistake, in characters from one.
pub(super) fn check(expression: &str) -> Result<(), String> {
    if expression.chars().count() > MAXIMUM_LENGTH {
        return Err(format!("invalid cron expression, it is longer than [{MAXIMUM_LENGTH}] characters"));
    }
    let fields = split(expression, char::is_whitespace);
    let fields: Vec<(usize, &str)> = fields.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let invalid = |problem: String| Err(format!("invalid cron expression [{expression}], {problem}"));
    if !(6..=7).contains(&fields.len()) {
        return invalid(format!(
            "it must have 6 or 7 fields, seconds, minutes, hours, day of month, month, day of week and year, but \
             has [{}]",
            fields.len()
        ));
    }
    for (number, (start, text)) in fields.iter().enumerate() {
        for (offset, item) in split(text, |character| character == ',') {
            if let Err(problem) = check_item(number, text, item) {
                let CronField { name, lowest, highest, .. } = FIELDS[number];
                let place = start + offset + 1;
                return invalid(format!(
                    "{name} [{item}] at character [{place}]: {problem}; numbers are {lowest} to {highest}"
                ));
            }
        }
    }
    let (_, month_day) = fields[DAY_OF_MONTH];
    let (place, week_day) = fields[DAY_OF_WEEK];
    if (month_day == "?") == (week_day == "?") {
        return invalid(format!(
            "day of week [{week_day}] at character [{}]: exactly one of day of month and day of week must be [?]",
            place + 1
        ));
    }
    Ok(())
}

/// The parts of a text, each with its offset in characters.
fn split(text: &str, separates: impl Fn(char) -> bool) -> Vec<(usize, &str)> {
    let mut place = 0;
    let located = |piece| {
        let start = place;
        place += str::chars(piece).count() + 1;
        (start, piece)
    };
    text.split(separates).map(located).collect()
}

fn check_item(number: usize, whole: &str, item: &str) -> Result<(), String> {
    let CronField { lowest, highest, has_names, .. } = FIELDS[number];
    if item.is_empty() {
        return Err("nothing stands between two commas".to_owned());
    }
    if item.contains('?') {
        let is_day = number == DAY_OF_MONTH || number == DAY_OF_WEEK;
        let stands_well = is_day && whole == "?";
        return if stands_well { Ok(()) } else { Err("[?] stands alone, in the place of a day".to_owned()) };
    }
    let special = if number == DAY_OF_MONTH { "LWlw*/-" } else { "#*/-" };
    let is_known = |character: char| {
        character.is_ascii_digit()
            || special.contains(character)
            || (has_names && character.is_ascii_alphabetic())
    };
    if let Some(unknown) = item.chars().find(|character| !is_known(*character)) {
        return Err(format!("unexpected character [{unknown}]"));
    }
    let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
    if step.and_then(|step| step.parse().ok()).is_some_and(|step: u16| step > highest) {
        return Err("the step is too large".to_owned());
    }
    if number == YEAR && range.split('-').filter_map(|end| end.parse().ok()).any(|year: u16| year < lowest) {
        return Err("the year is too early".to_owned());
    }
    match range.split_once('-') {
        // An offset from the last day of the month.
        Some(("L" | "l", days)) if number == DAY_OF_MONTH && step.is_none() => {
            let days = days.strip_suffix(['W', 'w']).unwrap_or(days);
            if days.parse().is_ok_and(|days: u16| days < highest) {
                return Ok(());
            }
            Err("the days before the last one are no number".to_owned())
        }
        // A range may wrap around.
        Some((first, last)) if parse(number, range).is_err() => {
            let is_plain = |end: &str| !end.is_empty() && end.chars().all(char::is_alphanumeric);
            if !is_plain(first) || !is_plain(last) {
                return Err("a range is between two values".to_owned());
            }
            parse(number, first)?;
            parse(number, last)?;
            step.map_or(Ok(()), |step| parse(number, &format!("*/{step}")))
        }
        _ => parse(number, item),
    }
}

/// Whether a field is valid, given that all others are.
fn parse(number: usize, text: &str) -> Result<(), String> {
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Optional)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    let mut fields = ["*"; FIELDS.len()];
    fields[number] = text;
    parser.parse(&fields.join(" ")).map(drop).map_err(|error| {
        let message = error.to_string();
        let reason = message.rsplit_once(": ").map_or(message.as_str(), |(_, reason)| reason);
        reason.trim_end_matches('.').to_lowercase()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_expressions_of_quartz() {
        for good in [
            "0 0 0 * * ?",
            "0 0/5 14,18 * * ?",
            "0 /5 14-18/2 * * ?",
            "0 0/59 0/23 * * ?",
            "*/10 * * ? * *",
            "0 15 10 L * ?",
            "0 15 10 L-2 * ?",
            "0 15 10 L-2W * ?",
            "0 15 10 LW * ?",
            "0 15 10 15W * ?",
            "0 15 10 ? * 6L",
            "0 15 10 ? * L",
            "0 15 10 ? * 6#3",
            "0 15 10 ? * fri#2",
            "0 15 10 ? * MON-FRI",
            "0 15 10 ? * FRI-MON",
            "0 0 22-2 1 NOV-FEB ?",
            "0 0 22-2/2 1 * ?",
            "0 0 0 ? JAN,MAR 1,7",
            "0 0 0 1 * ? 2026-2030",
            "0 0 0 1 * ? *",
            "  0  0\t0 1 * ?  ",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let cases = [
            ("0 60 * * * ?", "minutes [60] at character [3]: number out of bounds; numbers are 0 to 59"),
            ("60 0 0 * * ?", "seconds [60] at character [1]"),
            ("0 0 24 * * ?", "hours [24] at character [5]"),
            ("0 0 0 32 * ?", "day of month [32] at character [7]"),
            ("0 0 0 0 * ?", "day of month [0] at character [7]"),
            ("0 0 0 1,32 * ?", "day of month [32] at character [9]"),
            ("0 0 0 1 13 ?", "month [13] at character [9]"),
            ("0 0 0 ? * 8", "day of week [8] at character [11]"),
            ("0 0 0 ? * 0", "day of week [0] at character [11]"),
            ("0 0 0 ? * 6#6", "day of week [6#6] at character [11]"),
            ("0 0 0 ? * FRIDAY", "day of week [FRIDAY] at character [11]"),
            ("0 0 0 1 * ? 1969", "year [1969] at character [13]: the year is too early"),
            ("0 0 0 1 * ? 20200", "year [20200] at character [13]"),
            ("0 0 0 MON * ?", "day of month [MON] at character [7]: unexpected character [M]"),
            ("JAN 0 0 1 * ?", "seconds [JAN] at character [1]: unexpected character [J]"),
            ("0 ü 0 1 * ?", "minutes [ü] at character [3]: unexpected character [ü]"),
            ("0 ? 0 1 * ?", "minutes [?] at character [3]: [?] stands alone"),
            ("0 0 0 1,? * *", "day of month [?] at character [9]: [?] stands alone"),
            ("0 0,,5 0 1 * ?", "minutes [] at character [5]: nothing stands between two commas"),
            ("0 0, 0 1 * ?", "minutes [] at character [5]"),
            ("0 0/0 0 1 * ?", "minutes [0/0] at character [3]: step cannot be zero"),
            ("0 0/60 0 1 * ?", "minutes [0/60] at character [3]: the step is too large"),
            ("0 5- 0 1 * ?", "minutes [5-] at character [3]"),
            ("0 *-5 0 1 * ?", "minutes [*-5] at character [3]"),
            ("0 22-2/x 0 1 * ?", "minutes [22-2/x] at character [3]"),
            ("0 0 0 L-x * ?", "day of month [L-x] at character [7]"),
            ("0 0 0 L-40 * ?", "day of month [L-40] at character [7]"),
            ("0 0 0 W * ?", "day of month [W] at character [7]"),
            ("0 0 0 * * *", "day of week [*] at character [11]: exactly one of"),
            ("0 0 0 ? * ?", "day of week [?] at character [11]: exactly one of"),
            ("0 0 0 * * +MON", "day of week [+MON] at character [11]: unexpected character [+]"),
            ("0 0 0 1 *", "has [5]"),
            ("0 0 0 1 * ? * *", "has [8]"),
            ("@daily", "has [1]"),
            ("", "has [0]"),
        ];
        for (bad, part) in cases {
            let problem = check(bad).expect_err(bad);
            assert!(problem.contains(part) && problem.contains(&format!("[{bad}]")), "{bad}: {problem}");
        }
    }

    #[test]
    fn an_expression_has_a_bound() {
        let listed = |items: usize| format!("{}5 0 0 1 * ?", "5,".repeat(items));
        assert_eq!(check(&listed(1_000)), Ok(()));
        assert!(check(&listed(3_000)).unwrap_err().contains("longer than [4096] characters"));
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(expression in "[0-9A-Za-z*/,?#LW ü+@-]{0,40}") {
            let _ = check(&expression);
        }
    }
}
