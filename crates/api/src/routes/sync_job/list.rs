//! `GET /_connector/_sync_job`: lists sync jobs.

use tributary_domain::{
    Collection, Enumeration, Query, Refusal, SortOrder, SyncJob, SyncJobStatus, SyncJobType, sync_job_fields,
};
use tributary_service::sync_job;

use crate::answer::{Page, Reply};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::parameter::{Arguments, Parameter, ParameterKind};

const FROM: Parameter = Parameter {
    name: "from",
    kind: ParameterKind::Integer,
    default: Some("0"),
    description: "How many of the matching jobs to skip; from and size reach 10,000 at most.",
};
const SIZE: Parameter = Parameter {
    name: "size",
    kind: ParameterKind::Integer,
    default: Some("100"),
    description: "The most jobs to answer.",
};
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
const ORDER: Parameter = Parameter {
    name: "order",
    kind: ParameterKind::Keyword(SortOrder::WORDS),
    default: Some("asc"),
    description: "asc for the oldest jobs first, desc for the newest first; an extension.",
};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_list",
    path: "/_connector/_sync_job",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[FROM, SIZE, STATUS, CONNECTOR_ID, JOB_TYPE, ORDER],
    answers: &[Answer {
        status: 200,
        description: "How many jobs match, and those of the page.",
        content: Content::of::<Page<SyncJob>>(include_str!("example/list.json")),
    }],
    summary: "Lists sync jobs in the order of their creation, oldest first unless asked otherwise.",
    handler: handler!(list),
    ..Endpoint::BASE
};

async fn list(call: Call) -> Result<Reply, ApiError> {
    let query = query(&call.arguments)?;
    Ok(Reply::page(sync_job::list(call.store(), &call.context(), &query).await?))
}

/// Builds the query from the parameters; an error names the parameter, its value and what is allowed.
fn query(arguments: &Arguments) -> Result<Query, Refusal> {
    let (from, size) = arguments.window(&FROM, &SIZE, "[status], [connector_id] or [job_type]")?;
    let status = arguments.keyword::<SyncJobStatus>(&STATUS)?;
    let connector_id = arguments.filled_text(&CONNECTOR_ID)?;
    let job_types = arguments.keywords::<SyncJobType>(&JOB_TYPE)?;
    let direction = arguments.keyword::<SortOrder>(&ORDER)?.unwrap_or(SortOrder::Ascending);
    let query = Query::of(Collection::SYNC_JOBS);
    let order = query.order.directed(direction);
    Ok(query
        .ordered(order)
        .page(from, size)
        .any_of(sync_job_fields::STATUS, status.iter().map(ToString::to_string))
        .any_of(sync_job_fields::JOB_TYPE, job_types.iter().map(ToString::to_string))
        .any_of(sync_job_fields::CONNECTOR_ID, connector_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameters: &str) -> Result<Query, Refusal> {
        let pairs = parameters.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        query(&Arguments::collect("/", &[ENDPOINT.parameters], pairs.collect())?)
    }

    #[test]
    fn the_documented_requests() {
        let all = Query::of(Collection::SYNC_JOBS);
        let newest_first = all.order.directed(SortOrder::Descending);
        let cases = [
            ("", all.clone()),
            ("from=0&size=2", all.clone().page(0, 2)),
            ("status=PENDING", all.clone().any_of("status", ["pending"])),
            ("connector_id=connector-1", all.clone().any_of("connector.id", ["connector-1"])),
            ("job_type=full,incremental,Full", all.clone().any_of("job_type", ["full", "incremental"])),
            ("job_type=", all.clone()),
            ("order=asc", all.clone()),
            ("order=DESC", all.ordered(newest_first)),
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
            ("from=-1", "[from]", "[-1]", "0 to"),
            ("size=many", "[size]", "[many]", "whole number"),
            ("size=10001", "[size]", "[10001]", "10000"),
            ("connector_id=", "[connector_id]", "empty", "must not"),
            ("order=newest", "[order]", "[newest]", "desc"),
            ("order=", "[order]", "[]", "asc"),
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
