//! The parameters that select sync jobs: for lists, counts and bulk changes alike.

use tributary_domain::{
    Condition, Enumeration, Refusal, SyncJobStatus, SyncJobType, Timestamp, TriggerMethod, sync_job_fields,
};
use tributary_service::sync_job::SyncJobFilter;

use super::date_filter::{COMPLETED, CREATED, LAST_SEEN, STARTED, date_conditions};
use crate::parameter::{Arguments, Parameter, ParameterKind};

const STATUS: Parameter = Parameter::new(
    "status",
    ParameterKind::KeywordList(SyncJobStatus::WORDS),
    "Only jobs in one of these statuses; not empty.",
);
const CONNECTOR_ID: Parameter = Parameter::new(
    "connector_id",
    ParameterKind::ExactTextList,
    "Only jobs of the connectors with exactly these ids.",
);
const JOB_TYPE: Parameter = Parameter::new(
    "job_type",
    ParameterKind::KeywordList(SyncJobType::WORDS),
    "Only jobs of these types; empty is the same as absent.",
);
const TRIGGER_METHOD: Parameter = Parameter::new(
    "trigger_method",
    ParameterKind::KeywordList(TriggerMethod::WORDS),
    "Only jobs that were created in one of these ways; not empty; an extension.",
);
const WORKER_HOSTNAME: Parameter = Parameter::new(
    "worker_hostname",
    ParameterKind::ExactTextList,
    "Only jobs that one of these workers holds or last held; an extension.",
);
const SERVICE_TYPE: Parameter = Parameter::new(
    "service_type",
    ParameterKind::ExactTextList,
    "Only jobs whose copy of the connector has one of these service types; an extension.",
);
const INDEX_NAME: Parameter = Parameter::new(
    "index_name",
    ParameterKind::ExactTextList,
    "Only jobs that write to one of these indices; an extension.",
);
const HAS_ERROR: Parameter = Parameter::new(
    "has_error",
    ParameterKind::FilledBoolean,
    "Only jobs with an error message, or only those without; an extension.",
);
const ERROR: Parameter = Parameter::new(
    "error",
    ParameterKind::Text,
    "Only jobs whose error message contains this text, in the same case; an extension.",
);
const ORPHANED: Parameter = Parameter::new(
    "orphaned",
    ParameterKind::FilledBoolean,
    "Only jobs whose connector does not exist, or only those whose connector does; one that was deleted softly does \
     not, and a job without a connector is neither; an extension.",
);

/// The parameters that select sync jobs.
pub(super) const FILTERS: &[Parameter] = &[
    STATUS,
    CONNECTOR_ID,
    JOB_TYPE,
    TRIGGER_METHOD,
    WORKER_HOSTNAME,
    SERVICE_TYPE,
    INDEX_NAME,
    CREATED.after,
    CREATED.before,
    STARTED.after,
    STARTED.before,
    COMPLETED.after,
    COMPLETED.before,
    LAST_SEEN.after,
    LAST_SEEN.before,
    HAS_ERROR,
    ERROR,
    ORPHANED,
];

/// Examples of filters, for messages about lists that are too long.
pub(super) const NARROWING: &str = "[status], [connector_id] or [job_type]";

/// The filter that the parameters describe; an error names the parameter, its value and what is allowed.
pub(super) fn filter(arguments: &Arguments, now: Timestamp) -> Result<SyncJobFilter, Refusal> {
    let mut conditions = Vec::new();
    let mut any_of = |field, words: Vec<String>| {
        if !words.is_empty() {
            conditions.push(Condition::AnyOf { field, words });
        }
    };
    any_of(sync_job_fields::STATUS, words(&arguments.filled_keywords::<SyncJobStatus>(&STATUS)?));
    any_of(sync_job_fields::JOB_TYPE, words(&arguments.keywords::<SyncJobType>(&JOB_TYPE)?));
    let trigger_methods = arguments.filled_keywords::<TriggerMethod>(&TRIGGER_METHOD)?;
    any_of(sync_job_fields::TRIGGER_METHOD, words(&trigger_methods));
    for (field, parameter) in EXACT_TEXTS {
        any_of(field, arguments.exact_texts(parameter)?);
    }
    conditions.extend(date_conditions(arguments, now)?);
    if let Some(has_error) = arguments.optional_boolean(&HAS_ERROR)? {
        let exists = Condition::Exists { field: sync_job_fields::ERROR };
        conditions.push(if has_error { exists } else { exists.negated() });
    }
    if let Some(text) = arguments.filled_text(&ERROR)? {
        conditions.push(Condition::Contains { fields: vec![sync_job_fields::ERROR], text: text.to_owned() });
    }
    Ok(SyncJobFilter { conditions, orphaned: arguments.optional_boolean(&ORPHANED)? })
}

/// The fields that are filtered by exact texts.
const EXACT_TEXTS: &[(&str, &Parameter)] = &[
    (sync_job_fields::CONNECTOR_ID, &CONNECTOR_ID),
    (sync_job_fields::WORKER_HOSTNAME, &WORKER_HOSTNAME),
    (sync_job_fields::SERVICE_TYPE, &SERVICE_TYPE),
    (sync_job_fields::INDEX_NAME, &INDEX_NAME),
];

fn words<T: Enumeration>(values: &[T]) -> Vec<String> {
    values.iter().map(|value| Into::<&str>::into(*value).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameters: &str) -> Result<Vec<Condition>, Refusal> {
        let pairs = parameters.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        let arguments = Arguments::collect("/", FILTERS.iter(), pairs.collect())?;
        let now = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
        filter(&arguments, now).map(|filter| filter.conditions)
    }

    #[test]
    fn the_documented_filters() {
        let any_of = |field, words: &[&str]| Condition::AnyOf {
            field,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let range = |field, from, before| Condition::Range { field, from, before };
        let cases = [
            ("", vec![]),
            ("status=PENDING", vec![any_of("status", &["pending"])]),
            ("connector_id=connector-1", vec![any_of("connector.id", &["connector-1"])]),
            ("job_type=full,incremental,Full", vec![any_of("job_type", &["full", "incremental"])]),
            ("job_type=", vec![]),
            ("status=error, Pending&status=error", vec![any_of("status", &["error", "pending"])]),
            (
                r"trigger_method=scheduled&worker_hostname=w,v\,1&service_type=s3&index_name= i&connector_id=a&connector_id=b",
                vec![
                    any_of("trigger_method", &["scheduled"]),
                    any_of("connector.id", &["a", "b"]),
                    any_of("worker_hostname", &["v,1", "w"]),
                    any_of("connector.service_type", &["s3"]),
                    any_of("connector.index_name", &[" i"]),
                ],
            ),
            (
                "has_error=true&error=no, space",
                vec![
                    Condition::Exists { field: "error" },
                    Condition::Contains { fields: vec!["error"], text: "no, space".to_owned() },
                ],
            ),
            (
                "created_after=now/d&created_before=now&last_seen_before=2026&started_after=5&completed_after=6",
                vec![
                    range("created_at", Some(1_767_312_000_000), Some(1_767_323_045_678)),
                    range("started_at", Some(5), None),
                    range("completed_at", Some(6), None),
                    range("last_seen", None, Some(1_767_225_600_000)),
                ],
            ),
            ("has_error=false", vec![Condition::Exists { field: "error" }.negated()]),
        ];
        for (parameters, expected) in cases {
            assert_eq!(parse(parameters), Ok(expected), "{parameters}");
        }
    }

    #[test]
    fn refusals_name_what_is_wrong_and_what_would_be_right() {
        let cases = [
            ("status=done", "[status]", "[done]", "in_progress"),
            ("has_error", "[has_error]", "must not be", "empty"),
            ("orphaned=", "[orphaned]", "must not be", "empty"),
            ("status=", "[status]", "[]", "pending"),
            ("job_type=full,partial", "[job_type]", "[partial]", "access_control"),
            ("connector_id=", "[connector_id]", "empty", "must not"),
            ("connector_id=a,", "[connector_id]", "empty", "between its commas"),
            ("trigger_method=", "[trigger_method]", "[]", "on_demand"),
            ("error=", "[error]", "empty", "must not"),
            ("started_before=tomorrow", "[started_before]", "[tomorrow]", "now-5m"),
            ("last_seen_after=9&last_seen_before=8", "[last_seen_after]", "[9]", "[last_seen_before]"),
            ("has_error=no", "[has_error]", "[no]", "[true] or [false]"),
            ("orphaned=1", "[orphaned]", "[1]", "[true] or [false]"),
            ("error=a&error=b", "[error]", "several times", "one value"),
        ];
        for (parameters, parameter, value, right) in cases {
            let reason = parse(parameters).unwrap_err().to_string();
            assert!(
                [parameter, value, right].iter().all(|part| reason.contains(part)),
                "{parameters}: {reason}"
            );
        }
    }
}
