//! What the endpoints that change sync jobs by a query have in common.

use std::time::Instant;

use actix_web::http::{Method, StatusCode};
use tributary_domain::{ConflictPolicy, Enumeration, Refusal};
use tributary_service::Context;
use tributary_service::sync_job::{self, BulkChange, BulkFailure, BulkReport, BulkTerms, SyncJobFilter};
use tributary_storage::Deadline;

use super::filter::{FILTERS, NARROWING, filter};
use crate::answer::{BulkAnswer, Cause, Failure, Reply};
use crate::endpoint::{Answer, Call, Content, Endpoint};
use crate::error::ApiError;
use crate::parameter::{Parameter, ParameterKind};

const ALL: Parameter = Parameter {
    name: "all",
    kind: ParameterKind::FilledBoolean,
    default: Some("false"),
    description: "Needed to change all jobs, without a filter; not together with one.",
};
const CONFLICTS: Parameter = Parameter {
    name: "conflicts",
    kind: ParameterKind::Keyword(ConflictPolicy::WORDS),
    default: Some("abort"),
    description: "Whether the call ends when others change one of the jobs at the same time, or goes on with the next.",
};
const DRY_RUN: Parameter = Parameter {
    name: "dry_run",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether nothing is changed: the answer has the counts as they would be, and the first ten ids.",
};
const MAX_DOCS: Parameter = Parameter {
    name: "max_docs",
    kind: ParameterKind::PositiveInteger,
    default: None,
    description: "The most jobs to handle, oldest first; all if absent.",
};

/// The base of the endpoints that change sync jobs by a query.
pub(super) const BY_QUERY: Endpoint = Endpoint {
    method: Method::POST,
    parameters: &[FILTERS, &[ALL, CONFLICTS, DRY_RUN, MAX_DOCS]],
    extension: true,
    ..Endpoint::BASE
};

/// The answer to a call that was carried out.
pub(super) const fn done(example: &'static str) -> Answer {
    Answer {
        status: 200,
        description: "All jobs that matched were handled, except those in `failures`.",
        content: Content::of::<BulkAnswer>(example),
    }
}

/// The answer to a call that was ended by a version conflict.
pub(super) const fn ended(example: &'static str) -> Answer {
    Answer {
        status: 409,
        description: "Others changed one of the jobs at the same time, and the call ended; what was done until then.",
        content: Content::of::<BulkAnswer>(example),
    }
}

const NO_EXAMPLE: Content = Content { example: None, ..Content::of::<BulkAnswer>("") };

/// The answer to a call that was ended by a failure of the service.
pub(super) const FAILED: Answer = Answer {
    status: 500,
    description: "The service failed after jobs were changed; what was done until then.",
    content: NO_EXAMPLE,
};

/// The answer to a call that was ended by the store.
pub(super) const UNAVAILABLE: Answer = Answer {
    status: 503,
    description: "The store failed after jobs were changed; what was done until then.",
    content: NO_EXAMPLE,
};

/// Changes the jobs that match the parameters. It goes on to its end if the client leaves.
pub(super) async fn by_query(call: Call, change: BulkChange) -> Result<Reply, ApiError> {
    let start = Instant::now();
    let context = call.context().within(Deadline::NONE);
    let filter = selection(&call, &context)?;
    let terms = BulkTerms {
        selection: call.arguments.to_string(),
        conflicts: call.arguments.keyword(&CONFLICTS)?.unwrap_or(ConflictPolicy::Abort),
        max_docs: call.arguments.positive_integer(&MAX_DOCS)?.map(u64::from),
        is_dry_run: call.arguments.boolean(&DRY_RUN)?,
    };
    let report = sync_job::change_by_query(call.store(), &context, &filter, change, &terms).await?;
    Ok(reply(report, change, terms.is_dry_run, start))
}

/// The filter of the call. To change all jobs has to be asked for by name: an empty variable in a script would do it.
fn selection(call: &Call, context: &Context) -> Result<SyncJobFilter, Refusal> {
    let filter = filter(&call.arguments, context.now())?;
    match (filter.is_empty(), call.arguments.boolean(&ALL)?) {
        (true, false) => Err(Refusal::InvalidArgument(format!(
            "no filter is given: give at least one, such as {NARROWING}, or [all=true] for all sync jobs"
        ))),
        (false, true) => Err(Refusal::InvalidArgument(
            "[all=true] is for all sync jobs and cannot be combined with a filter: leave out one of both"
                .to_owned(),
        )),
        _ => Ok(filter),
    }
}

fn reply(report: BulkReport, change: BulkChange, is_dry_run: bool, start: Instant) -> Reply {
    let counted = |wanted| (change == wanted).then_some(report.changed);
    let ended_by = report.ended_by.map(failure);
    let status = ended_by.as_ref().and_then(|failure| StatusCode::from_u16(failure.status).ok());
    let failures = report.failures.into_iter().map(failure).chain(ended_by).collect();
    let answer = BulkAnswer {
        took: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        timed_out: false,
        dry_run: is_dry_run.then_some(true),
        total: report.total,
        updated: counted(BulkChange::Cancel),
        deleted: counted(BulkChange::Delete),
        created: counted(BulkChange::Retry),
        batches: report.batches,
        version_conflicts: report.version_conflicts,
        noops: report.noops,
        ids: is_dry_run.then(|| report.examples.iter().map(ToString::to_string).collect()),
        failures,
    };
    Reply { status: status.unwrap_or(StatusCode::OK), ..Reply::json(&answer) }
}

fn failure(failure: BulkFailure) -> Failure {
    let error = ApiError::from(failure.error);
    let reason = match error {
        ApiError::Conflict => "the sync job was changed by others at the same time".to_owned(),
        _ => error.to_string(),
    };
    let cause = Cause { error_type: error.row().error_type, reason };
    Failure { id: failure.id.map(|id| id.to_string()), status: error.row().status, cause }
}
