//! The parameters that select sync jobs: for lists, counts and bulk changes alike.

use tributary_domain::{
    Condition, Enumeration, Refusal, SyncJobStatus, SyncJobType, Timestamp, sync_job_fields,
};
use tributary_service::sync_job::SyncJobFilter;

use crate::parameter::{Arguments, Parameter, ParameterKind};

const STATUS: Parameter = Parameter {
    name: "status",
    kind: ParameterKind::Keyword(SyncJobStatus::WORDS),
    default: None,
    description: "Only jobs in this status.",
};
const CONNECTOR_ID: Parameter = Parameter {
    name: "connector_id",
    kind: ParameterKind::Text,
    default: None,
    description: "Only jobs of the connector with exactly this id.",
};
const JOB_TYPE: Parameter = Parameter {
    name: "job_type",
    kind: ParameterKind::KeywordList(SyncJobType::WORDS),
    default: None,
    description: "Only jobs of these types.",
};

/// The parameters that select sync jobs.
pub(super) const FILTERS: &[Parameter] = &[STATUS, CONNECTOR_ID, JOB_TYPE];

/// Examples of filters, for messages about lists that are too long.
pub(super) const NARROWING: &str = "[status], [connector_id] or [job_type]";

/// The filter that the parameters describe; an error names the parameter, its value and what is allowed.
pub(super) fn filter(arguments: &Arguments, _now: Timestamp) -> Result<SyncJobFilter, Refusal> {
    let status = arguments.keyword::<SyncJobStatus>(&STATUS)?;
    let connector_id = arguments.filled_text(&CONNECTOR_ID)?;
    let job_types = arguments.keywords::<SyncJobType>(&JOB_TYPE)?;
    let mut conditions = Vec::new();
    let mut any_of = |field, words: Vec<String>| {
        if !words.is_empty() {
            conditions.push(Condition::AnyOf { field, words });
        }
    };
    any_of(sync_job_fields::STATUS, status.iter().map(ToString::to_string).collect());
    any_of(sync_job_fields::JOB_TYPE, job_types.iter().map(ToString::to_string).collect());
    any_of(sync_job_fields::CONNECTOR_ID, connector_id.into_iter().map(str::to_owned).collect());
    Ok(SyncJobFilter { conditions, orphaned: None })
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
        let cases = [
            ("", vec![]),
            ("status=PENDING", vec![any_of("status", &["pending"])]),
            ("connector_id=connector-1", vec![any_of("connector.id", &["connector-1"])]),
            ("job_type=full,incremental,Full", vec![any_of("job_type", &["full", "incremental"])]),
            ("job_type=", vec![]),
        ];
        for (parameters, expected) in cases {
            assert_eq!(parse(parameters), Ok(expected), "{parameters}");
        }
    }

    #[test]
    fn refusals_name_what_is_wrong_and_what_would_be_right() {
        let cases = [
            ("status=done", "[status]", "[done]", "in_progress"),
            ("status=", "[status]", "[]", "pending"),
            ("job_type=full,partial", "[job_type]", "[partial]", "access_control"),
            ("connector_id=", "[connector_id]", "empty", "must not"),
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
