//! The parameters that select sync jobs by their dates.

use tributary_domain::{Condition, Refusal, Timestamp, sync_job_fields};

use crate::parameter::{Arguments, Parameter, ParameterKind};

/// The parameters of a range of dates.
pub(super) struct DateRange {
    field: &'static str,
    pub(super) after: Parameter,
    pub(super) before: Parameter,
}

const fn parameter(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind: ParameterKind::Date, default: None, description }
}

pub(super) const CREATED: DateRange = DateRange {
    field: sync_job_fields::CREATED_AT,
    after: parameter("created_after", "Only jobs that were created at this time or later; an extension."),
    before: parameter("created_before", "Only jobs that were created earlier than this; an extension."),
};
pub(super) const STARTED: DateRange = DateRange {
    field: sync_job_fields::STARTED_AT,
    after: parameter(
        "started_after",
        "Only jobs that were last claimed at this time or later; an extension.",
    ),
    before: parameter("started_before", "Only jobs that were last claimed earlier than this; an extension."),
};
pub(super) const COMPLETED: DateRange = DateRange {
    field: sync_job_fields::COMPLETED_AT,
    after: parameter("completed_after", "Only jobs that ended at this time or later; an extension."),
    before: parameter("completed_before", "Only jobs that ended earlier than this; an extension."),
};
pub(super) const LAST_SEEN: DateRange = DateRange {
    field: sync_job_fields::LAST_SEEN,
    after: parameter(
        "last_seen_after",
        "Only jobs with a last heartbeat at this time or later; an extension.",
    ),
    before: parameter("last_seen_before", "Only jobs with a last heartbeat earlier than this; an extension."),
};

/// The conditions that the parameters describe.
pub(super) fn date_conditions(arguments: &Arguments, now: Timestamp) -> Result<Vec<Condition>, Refusal> {
    let mut conditions = Vec::new();
    for DateRange { field, after, before } in [CREATED, STARTED, COMPLETED, LAST_SEEN] {
        let (from, before) = arguments.date_range(&after, &before, now)?;
        if from.is_some() || before.is_some() {
            conditions.push(Condition::Range { field, from, before });
        }
    }
    Ok(conditions)
}
