//! `GET /_connector/_sync_job/{id}`: returns a sync job, at once or when it has ended.

use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use tributary_domain::SyncJob;
use tributary_service::sync_job::{self, AwaitedJob};

use super::ID;
use crate::answer::{Reply, SOURCE, source};
use crate::endpoint::{Access, Answer, AnswerHeader, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};
use crate::parameter::{Parameter, ParameterKind};

const WAIT_FOR_COMPLETION: Parameter = Parameter {
    name: "wait_for_completion",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether to answer only when the job has ended (completed, error or canceled), or after the timeout; \
                  an extension.",
};
const TIMEOUT: Parameter = Parameter {
    name: "timeout",
    kind: ParameterKind::Timeout,
    default: Some("30s"),
    description: "How long to wait for the end of the job, at most 10m; an extension.",
};
/// The longest wait: nobody notices that a client has gone before it is answered.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

const TIMED_OUT: AnswerHeader = AnswerHeader {
    name: "x-tributary-timed-out",
    description: "`true` if the job was waited for and has not ended in time, or the service is being stopped; absent \
                  otherwise.",
};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_get",
    path: "/_connector/_sync_job/{connector_sync_job_id}",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[&[WAIT_FOR_COMPLETION, TIMEOUT], SOURCE],
    answers: &[Answer {
        status: 200,
        description: "The sync job.",
        content: Content::of::<SyncJob>(include_str!("example/sync_job.json")),
    }],
    answer_headers: &[TIMED_OUT],
    errors: &[ErrorKind::NotFound],
    summary: "Answers one sync job with every field that is stored, at once or when it has ended.",
    handler: handler!(get),
    ..Endpoint::BASE
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let (id, source) = (call.id(ID)?, source(&call.arguments)?);
    let timeout = call.arguments.timeout(&TIMEOUT, LONGEST_WAIT)?;
    if !call.arguments.boolean(&WAIT_FOR_COMPLETION)? {
        let stored = sync_job::get(call.store(), &call.context(), &id).await?;
        return Ok(Reply::ok(source.document(stored.document).await?));
    }
    call.place.begin_wait()?;
    let AwaitedJob { text, has_ended } =
        sync_job::wait(&call.state.hub, &call.view.sight, &id, timeout).await?;
    let timed_out = || (HeaderName::from_static(TIMED_OUT.name), HeaderValue::from_static("true"));
    let headers: Vec<_> = (!has_ended).then(timed_out).into_iter().collect();
    Ok(Reply::ok(source.document(text).await?).with_headers(headers))
}
