//! Dispatch of a request: choose the endpoint, check the request, call the handler, and format the answer.

use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tributary_service::Principal;
use tributary_storage::Deadline;

use crate::answer::{self, Presentation, Reply, ReplyBody};
use crate::authenticate::{authenticate, authorize};
use crate::background;
use crate::body::{self, UnreadBody};
use crate::endpoint::{Access, Call, Endpoint, Handler, HandlerFunction, RequestHeaders};
use crate::error::ApiError;
use crate::limits::{LimitReached, Place, Reservation};
use crate::media_type::{self, AnswerType};
use crate::noted::{NotedStore, Notes};
use crate::observe::Observation;
use crate::parameter::{self, Arguments, COMMON_PARAMETERS};
use crate::state::ApiState;

/// Stands for the key of requests that have none that works.
const UNAUTHENTICATED: &str = "";

/// Marks a request that names a document which the key of its caller does not reach.
struct OutOfScope;

/// Answers a request for the path of these endpoints; the list is empty for paths without endpoints.
pub(crate) async fn serve(
    state: Arc<ApiState>,
    endpoints: Arc<[&'static Endpoint]>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let start = Instant::now();
    let endpoint = choose(&endpoints, request.method());
    let caller = if is_for_everybody(endpoint, &request) {
        Ok(Principal::anonymous())
    } else {
        authenticate(&state, &request).await
    };
    let is_exempt = endpoint.is_some_and(Endpoint::is_health);
    let key = caller.as_ref().map_or(UNAUTHENTICATED, Principal::identity);
    let admitted = if is_exempt { Ok(()) } else { state.limiter.admit(key) };
    let response = match (admitted, &caller) {
        (Err(reached), _) => refuse(&request, Some(payload.into_inner()), &reached.into()),
        (Ok(()), Err(error)) => refuse(&request, Some(payload.into_inner()), error),
        (Ok(()), Ok(caller)) if endpoints.is_empty() => serve_stray(&state, caller, &request, payload).await,
        (Ok(()), Ok(caller)) => serve_known(&state, &endpoints, endpoint, caller, &request, payload).await,
    };
    observe(&state, endpoint, caller.as_ref(), &request, &response, start);
    response
}

/// Whether a request needs no caller: nor does one that asks for the methods of a path.
fn is_for_everybody(endpoint: Option<&'static Endpoint>, request: &HttpRequest) -> bool {
    endpoint.is_some_and(|endpoint| endpoint.access == Access::Everybody)
        || request.method() == Method::OPTIONS
}

/// Rejects a request before there is anything to route.
pub(crate) fn refuse_early(
    state: &ApiState,
    request: &HttpRequest,
    unread: Option<Payload>,
    error: &ApiError,
) -> HttpResponse {
    let start = Instant::now();
    let response = refuse(request, unread, error);
    observe(state, None, Err(error), request, &response, start);
    response
}

fn observe(
    state: &ApiState,
    endpoint: Option<&'static Endpoint>,
    caller: Result<&Principal, &ApiError>,
    request: &HttpRequest,
    response: &HttpResponse,
    start: Instant,
) {
    let notes = request.extensions().get::<Notes>().map(Notes::take);
    let observation = Observation {
        endpoint: endpoint.map(|endpoint| endpoint.name),
        access: endpoint.map(|endpoint| endpoint.access),
        caller: caller.ok(),
        refused_key: caller.err().and_then(ApiError::refused_key),
        changes: notes.as_ref(),
        passed_on: request.extensions().get().copied(),
        is_out_of_scope: request.extensions().contains::<OutOfScope>(),
        request,
        status: response.status(),
        duration: start.elapsed(),
    };
    state.metrics.count(&observation);
    for observer in &state.observers {
        observer.observe(&observation);
    }
}

/// Answers a request at an unknown path: with the application's fallback, if there is one.
async fn serve_stray(
    state: &ApiState,
    caller: &Principal,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let Some(fallback) = &state.fallback else {
        return refuse_stray(request, &ApiError::no_handler(request));
    };
    match state.limiter.start(caller.identity()) {
        Ok(_place) => {
            state.limiter.bodies.pass_to(request);
            request.extensions_mut().insert(caller.clone());
            fallback(request.clone(), payload).await
        }
        Err(reached) => refuse(request, Some(payload.into_inner()), &reached.into()),
    }
}

/// The response of a fallback to a request that it refuses, in the common error format. The connection is closed after it
/// if a part of the body is unread.
#[must_use]
pub fn refuse(request: &HttpRequest, unread: Option<Payload>, error: &ApiError) -> HttpResponse {
    if let Some(unread) = unread {
        request.extensions_mut().insert(UnreadBody(unread));
    }
    refuse_stray(request, error)
}

fn refuse_stray(request: &HttpRequest, error: &ApiError) -> HttpResponse {
    let answer_type = media_type::negotiate(request).unwrap_or(AnswerType::Json);
    answer::refuse(request, error, &answer_type)
}

/// Answers a request at a known path; the method may not be supported.
async fn serve_known(
    state: &Arc<ApiState>,
    endpoints: &[&'static Endpoint],
    endpoint: Option<&'static Endpoint>,
    caller: &Principal,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut response = match media_type::negotiate(request) {
        Err(error) => answer::refuse(request, &error, &AnswerType::Json),
        Ok(answer_type) => {
            let reply = match endpoint {
                _ if request.method() == Method::OPTIONS => Ok(Reply::ok(Bytes::new())),
                Some(endpoint) => call(Arc::clone(state), endpoint, caller, request, payload).await,
                None => Err(ApiError::MethodNotAllowed {
                    method: request.method().to_string(),
                    path: request.path().to_owned(),
                    allowed: allowed(endpoints),
                }),
            };
            match reply {
                Ok(reply) => answer::respond(request, reply, &answer_type, &state.identity.version),
                Err(error) => answer::refuse(request, &error, &answer_type),
            }
        }
    };
    let asks_for_methods =
        response.status() == StatusCode::METHOD_NOT_ALLOWED || request.method() == Method::OPTIONS;
    if asks_for_methods && let Ok(allowed) = HeaderValue::try_from(allowed(endpoints)) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

async fn call(
    state: Arc<ApiState>,
    endpoint: &'static Endpoint,
    caller: &Principal,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Reply, ApiError> {
    let mut view = authorize(&state, endpoint, caller)?;
    if state.notes_changes && is_change(endpoint) {
        let notes = Notes::default();
        request.extensions_mut().insert(notes.clone());
        view.store = Arc::new(NotedStore { store: view.store, notes });
    }
    let pairs = parameter::pairs(request.query_string())?;
    let arguments =
        Arguments::collect(request.path(), endpoint.own_parameters().chain(COMMON_PARAMETERS), pairs)?;
    let headers = RequestHeaders::collect(endpoint.headers, request.headers())?;
    let presentation = Presentation::parse(&arguments)?;
    let limiter = Arc::clone(&state.limiter);
    let memory = limiter.bodies.reserve_later();
    let form = endpoint.body.form();
    let body = body::read(state.body_limits, memory, form, request, payload.into_inner()).await?;
    let place = if endpoint.is_health() { Place::EXEMPT } else { limiter.start(caller.identity())? };
    let path = request.uri().path().to_owned();
    let is_long = body.as_ref().is_some_and(|body| body.len() > background::LONG);
    let (principal, declared_path, seen) = (caller.clone(), endpoint.path, view.limited.clone());
    let deadline = Deadline::of_work_from_now();
    let running = place.clone();
    let call =
        Call { state, principal, view, declared_path, path, arguments, headers, deadline, place, body };
    let answer = move |handle: HandlerFunction| move || handle(call);
    let reply = match endpoint.handler {
        Handler::Undeclared => Err(ApiError::no_handler(request)),
        Handler::Here(handle) if !is_long => answer(handle)().await,
        Handler::Here(handle) | Handler::InBackground(handle) => background::run(answer(handle)).await,
    };
    if seen.is_some_and(|store| store.has_hidden()) {
        request.extensions_mut().insert(OutOfScope);
    }
    let reply = presentation.apply(held_while_sent(reply?, running)?).await?;
    within_memory(reply, endpoint, limiter.answers.reserve_later())
}

/// A streamed answer keeps the place of its request, among those that wait.
fn held_while_sent(reply: Reply, place: Place) -> Result<Reply, ApiError> {
    let body = match reply.body {
        ReplyBody::Stream(media_type, pieces) => {
            place.begin_wait()?;
            ReplyBody::Stream(media_type, place.held_by(pieces))
        }
        complete => complete,
    };
    Ok(Reply { body, ..reply })
}

/// A complete answer, within the memory for answers. That to a change is counted, but not refused: nobody would know
/// what was changed.
fn within_memory(reply: Reply, endpoint: &Endpoint, mut memory: Reservation) -> Result<Reply, ApiError> {
    let hold = |body: Bytes| {
        if !memory.grow_to(body.len()) {
            if endpoint.only_reads() {
                return Err(LimitReached::AnswerMemory(memory.most()));
            }
            memory.count(body.len());
        }
        Ok(memory.hold(body))
    };
    let body = match reply.body {
        ReplyBody::Json(body) => ReplyBody::Json(hold(body)?),
        ReplyBody::Text(media_type, body) => ReplyBody::Text(media_type, hold(body)?),
        stream @ ReplyBody::Stream(..) => stream,
    };
    Ok(Reply { body, ..reply })
}

/// Whether an endpoint can change documents. Reading an API key needs a privilege for changing keys.
fn is_change(endpoint: &Endpoint) -> bool {
    endpoint.method != Method::GET && !endpoint.access.is_for_reading()
}

/// The endpoint for a method.
fn choose(endpoints: &[&'static Endpoint], method: &Method) -> Option<&'static Endpoint> {
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    endpoints.iter().find(|endpoint| endpoint.method == wanted).copied()
}

/// The methods of a path, for `Allow`.
fn allowed(endpoints: &[&'static Endpoint]) -> String {
    let mut methods: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}
