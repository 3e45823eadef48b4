//! `GET /_connector/_sync_job/_watch`: server-sent events of changes.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};
use tributary_domain::Refusal;
use tributary_service::sync_job::SyncJobWatch;

use super::events::{Events, Selection};
use super::filter::{FILTERS, filter};
use crate::answer::{EVENT_STREAM, Reply, ReplyBody, SOURCE};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, RequestHeader, handler};
use crate::error::ApiError;
use crate::parameter::{FILTER_PATH, Parameter, ParameterKind, position};

const LAST_EVENT_ID_HEADER: RequestHeader = RequestHeader {
    name: "Last-Event-ID",
    maximum_length: 16_384,
    description: "The id of the last event that was received: what has changed since then is sent. Browsers send it \
                  when they reconnect; it goes before last_event_id.",
};
const LAST_EVENT_ID: Parameter = Parameter {
    name: "last_event_id",
    kind: ParameterKind::Text,
    default: None,
    description: "The same, for clients that cannot set headers; without either, what changes from now on is sent.",
};
const TIMEOUT: Parameter = Parameter {
    name: "timeout",
    kind: ParameterKind::Timeout,
    default: None,
    description: "When to end the stream; without it, or with -1, it ends when the client goes.",
};
/// Longer than any connection lasts.
const UNLIMITED: Duration = Duration::from_hours(24 * 365);

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_watch",
    path: "/_connector/_sync_job/_watch",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[&[LAST_EVENT_ID, TIMEOUT], FILTERS, SOURCE],
    headers: &[LAST_EVENT_ID_HEADER],
    answers: &[Answer {
        status: 200,
        description: "Server-sent events: `position` first, with the position from which changes are sent; `changed` \
                      with a job that matches after its change; `deleted` with the `id` of a job that matched when it \
                      was deleted; `gap` if changes may be missing, so that the list has to be read again; `error` if \
                      the store is away, and `end` if the time is over or the service stops, both as the last one.",
        content: Content::events(EVENT_STREAM),
    }],
    summary: "Sends the changes of sync jobs as server-sent events, as they happen.",
    extension: true,
    handler: handler!(watch),
    ..Endpoint::BASE
};

async fn watch(call: Call) -> Result<Reply, ApiError> {
    let filter = filter(&call.arguments, call.context().now())?;
    if !call.arguments.texts(&FILTER_PATH).is_empty() {
        return Err(filter_path_refused());
    }
    let timeout = call.arguments.timeout(&TIMEOUT, UNLIMITED)?;
    let last = call.headers.get(&LAST_EVENT_ID_HEADER).filter(|id| !id.is_empty());
    let since = last.or(call.arguments.filled_text(&LAST_EVENT_ID)?).map(position);
    let asks_for_orphans = filter.orphaned.is_some();
    let selection = Selection::new(&call, filter)?;
    let watch = SyncJobWatch::open(Arc::clone(&call.state.hub), since, asks_for_orphans).await?;
    let events = Events::new(watch, selection, timeout).stream(call.state.event_keep_alive);
    // Neither kept nor collected on the way.
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_ENCODING, HeaderValue::from_static("identity")),
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok(Reply::of(ReplyBody::Stream(HeaderValue::from_static(EVENT_STREAM), events)).with_headers(headers))
}

fn filter_path_refused() -> ApiError {
    let name = FILTER_PATH.name;
    let reason = format!(
        "parameter [{name}] cannot be used with [_watch]: it does not apply to events; [_source] selects fields of \
         documents"
    );
    Refusal::InvalidArgument(reason).into()
}
