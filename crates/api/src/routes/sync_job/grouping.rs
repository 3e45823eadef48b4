//! The parameters that group counts of sync jobs.

use tributary_domain::{Refusal, did_you_mean, parse_duration, sync_job_fields};

use crate::parameter::{Arguments, MAXIMUM_WINDOW, Parameter, ParameterKind};

/// The words by which jobs are counted, each with its field.
const WORDS: &[(&str, &str)] = &[
    ("status", sync_job_fields::STATUS),
    ("job_type", sync_job_fields::JOB_TYPE),
    ("connector_id", sync_job_fields::CONNECTOR_ID),
    ("trigger_method", sync_job_fields::TRIGGER_METHOD),
    ("worker_hostname", sync_job_fields::WORKER_HOSTNAME),
    ("service_type", sync_job_fields::SERVICE_TYPE),
    ("index_name", sync_job_fields::INDEX_NAME),
];
/// The dates by whose intervals jobs are counted.
const DATES: &[(&str, &str)] = &[
    ("created_at", sync_job_fields::CREATED_AT),
    ("started_at", sync_job_fields::STARTED_AT),
    ("completed_at", sync_job_fields::COMPLETED_AT),
    ("last_seen", sync_job_fields::LAST_SEEN),
];
/// The names of all.
const NAMES: &[&str] = &[
    "status",
    "job_type",
    "connector_id",
    "trigger_method",
    "worker_hostname",
    "service_type",
    "index_name",
    "created_at",
    "started_at",
    "completed_at",
    "last_seen",
];
/// The most words of a group.
const MAXIMUM_WORDS: usize = 3;

const BY: Parameter = Parameter {
    name: "by",
    kind: ParameterKind::KeywordList(NAMES),
    default: None,
    description: "What the jobs are counted by: up to three words, or one date with interval.",
};
const SIZE: Parameter = Parameter {
    name: "size",
    kind: ParameterKind::Integer,
    default: Some("100"),
    description: "The most groups by words to answer, the largest first; 10,000 at most.",
};
const INTERVAL: Parameter = Parameter {
    name: "interval",
    kind: ParameterKind::Text,
    default: None,
    description: "The interval of a date: a whole number with one of the units ms, s, m, h, d and w, such as 1h; \
                  intervals are multiples of it since 1970 in UTC, so that those of a week begin on Thursdays.",
};

/// The parameters that group counts of sync jobs.
pub(super) const GROUPING: &[Parameter] = &[BY, SIZE, INTERVAL];

/// How jobs are counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    /// By words: the name and the field of each, none for the total alone; and the most groups.
    Words { groups: Vec<(&'static str, &'static str)>, size: usize },
    /// By the date in a field, in intervals of so many milliseconds.
    Interval { field: &'static str, interval: i64 },
}

/// The grouping that the parameters describe; an error names the parameter, its value and what is allowed.
pub(super) fn grouping(arguments: &Arguments) -> Result<Grouping, Refusal> {
    let names = names(arguments)?;
    let date = DATES.iter().find(|(name, _)| names.contains(name));
    let interval = arguments.text(&INTERVAL);
    match (date, interval) {
        (Some((name, _)), _) if names.len() > 1 => refused(&format!(
            "[by] counts by the date [{name}] alone, and not by other words or dates with it"
        )),
        (Some((name, _)), None) => {
            refused(&format!("[by] with the date [{name}] needs an [interval], such as [interval=1h]"))
        }
        (Some(_), Some(_)) if arguments.text(&SIZE).is_some() => {
            refused("[size] is for groups by words; intervals are answered from the first to the last one")
        }
        (Some((_, field)), Some(text)) => Ok(Grouping::Interval { field, interval: milliseconds(text)? }),
        (None, Some(_)) => {
            let dates = listed(DATES.iter().map(|(name, _)| *name));
            refused(&format!("[interval] needs [by] with one of the dates [{dates}]"))
        }
        (None, None) => {
            let groups = WORDS.iter().copied();
            let groups = names.iter().filter_map(|name| groups.clone().find(|(known, _)| known == name));
            Ok(Grouping::Words { groups: groups.collect(), size: size(arguments)? })
        }
    }
}

/// The names in `by`, each known and there once.
fn names(arguments: &Arguments) -> Result<Vec<&'static str>, Refusal> {
    let mut names: Vec<&'static str> = Vec::new();
    if arguments.text(&BY) == Some("") {
        return refused(&format!(
            "[by] must not be empty, expected some of [{}]",
            listed(NAMES.iter().copied())
        ));
    }
    for given in arguments.texts(&BY) {
        let Some(name) = NAMES.iter().find(|name| name.eq_ignore_ascii_case(given)) else {
            let (known, meant) = (listed(NAMES.iter().copied()), did_you_mean(given, NAMES));
            return refused(&format!(
                "[by] has the unknown value [{given}]{meant}, expected one of [{known}]"
            ));
        };
        if names.contains(name) {
            return refused(&format!("[by] has the value [{name}] twice"));
        }
        names.push(name);
    }
    if names.len() > MAXIMUM_WORDS {
        return refused(&format!(
            "[by] must have at most [{MAXIMUM_WORDS}] values, but has [{}]",
            names.len()
        ));
    }
    Ok(names)
}

fn size(arguments: &Arguments) -> Result<usize, Refusal> {
    let size = arguments.integer(&SIZE)?;
    if size > MAXIMUM_WINDOW {
        return refused(&format!("[size] must be at most [{MAXIMUM_WINDOW}], but was [{size}]"));
    }
    Ok(size as usize)
}

/// A positive whole number of milliseconds, in Elasticsearch's time units or in weeks.
fn milliseconds(text: &str) -> Result<i64, Refusal> {
    let days = || {
        let weeks: u64 = text.strip_suffix('w').filter(|digits| !digits.starts_with('+'))?.parse().ok()?;
        Some(format!("{}d", weeks.checked_mul(7)?))
    };
    let duration = parse_duration(&days().unwrap_or_else(|| text.to_owned()));
    let whole = duration.filter(|duration| duration.subsec_nanos().is_multiple_of(1_000_000));
    let milliseconds = whole.and_then(|duration| i64::try_from(duration.as_millis()).ok());
    milliseconds.filter(|milliseconds| *milliseconds > 0).ok_or_else(|| {
        Refusal::InvalidArgument(format!(
            "parameter [interval] must be a whole number with one of the units [ms, s, m, h, d, w], such as [1h], and \
             greater than zero, but was [{text}]"
        ))
    })
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn refused<T>(problem: &str) -> Result<T, Refusal> {
    Err(Refusal::InvalidArgument(format!("parameter {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameters: &[(&str, &str)]) -> Result<Grouping, Refusal> {
        let pairs = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        grouping(&Arguments::collect("/", GROUPING.iter(), pairs.collect())?)
    }

    #[test]
    fn every_name_is_a_word_or_a_date() {
        let names: Vec<&str> = WORDS.iter().chain(DATES).map(|(name, _)| *name).collect();
        assert_eq!(names, NAMES);
    }

    #[test]
    fn groups_are_read() {
        let words = |groups: &[usize], size| {
            Ok(Grouping::Words { groups: groups.iter().map(|place| WORDS[*place]).collect(), size })
        };
        assert_eq!(parse(&[]), words(&[], 100));
        assert!(parse(&[("by", "")]).is_err());
        assert_eq!(parse(&[("by", "Job_Type, status"), ("size", "10000")]), words(&[1, 0], 10_000));
        assert_eq!(parse(&[("by", "status"), ("by", "index_name"), ("size", "0")]), words(&[0, 6], 0));
    }

    #[test]
    fn intervals_are_read() {
        let (hour, day) = (3_600_000, 86_400_000);
        for (text, expected) in [
            ("1ms", 1),
            ("1000000nanos", 1),
            ("5000micros", 5),
            ("90s", 90_000),
            ("15m", hour / 4),
            ("1h", hour),
            ("1d", day),
            ("2w", 14 * day),
            ("0010d", 10 * day),
            ("999999999d", 999_999_999 * day),
        ] {
            let expected = Grouping::Interval { field: sync_job_fields::COMPLETED_AT, interval: expected };
            assert_eq!(parse(&[("by", "completed_at"), ("interval", text)]), Ok(expected), "{text}");
        }
        for text in [
            "",
            "0",
            "0h",
            "1",
            "1y",
            "1M",
            "-1h",
            "+1h",
            "+1w",
            "1.5h",
            "h",
            "w",
            "1 h",
            "1H",
            "1nanos",
            "1500micros",
            "99999999999999999999d",
            "99999999999999d",
            "9999999999999999999w",
        ] {
            let reason = parse(&[("by", "completed_at"), ("interval", text)]).unwrap_err().to_string();
            assert!(reason.contains(&format!("[{text}]")) && reason.contains("[1h]"), "{reason}");
        }
    }

    /// Parameters, and parts of the reason.
    type Refused = (&'static [(&'static str, &'static str)], &'static [&'static str]);

    #[test]
    fn refusals_name_what_is_wrong_and_what_would_be_right() {
        let cases: &[Refused] = &[
            (&[("by", "state")], &["[by]", "[state] -> did you mean [status]?", "job_type, connector_id"]),
            (&[("by", "status,status")], &["[by]", "[status] twice"]),
            (&[("by", "status,job_type,connector_id,index_name")], &["[by]", "at most [3]", "[4]"]),
            (&[("by", "status"), ("size", "10001")], &["[size]", "[10000]", "[10001]"]),
            (&[("by", "status"), ("size", "-1")], &["[size]", "[-1]"]),
            (&[("by", "created_at")], &["[by]", "[created_at]", "[interval=1h]"]),
            (&[("by", "created_at,status"), ("interval", "1h")], &["[by]", "[created_at] alone"]),
            (&[("by", "created_at,last_seen"), ("interval", "1h")], &["[created_at] alone"]),
            (&[("by", "status"), ("interval", "1h")], &["[interval]", "created_at, started_at"]),
            (&[("interval", "1h")], &["[interval]", "[by]"]),
            (&[("by", "last_seen"), ("interval", "1h"), ("size", "10")], &["[size]", "words"]),
        ];
        for (parameters, parts) in cases {
            let reason = parse(parameters).unwrap_err().to_string();
            assert!(parts.iter().all(|part| reason.contains(part)), "{parameters:?}: {reason}");
        }
    }
}
