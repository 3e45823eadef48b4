//! The way of a request to its endpoint: chosen, checked, called, and the answer presented.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;

use crate::answer::{self, Presentation, Reply};
use crate::authenticate::authenticate;
use crate::background;
use crate::body;
use crate::endpoint::{Body, Call, Endpoint, Handler, HandlerFunction};
use crate::error::ApiError;
use crate::media_type::{self, AnswerType};
use crate::parameter::{self, Arguments, COMMON_PARAMETERS};
use crate::state::ApiState;

/// Answers a request for one of the endpoints of a path.
pub(crate) async fn serve(
    state: Arc<ApiState>,
    endpoints: Arc<[&'static Endpoint]>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut response = match media_type::negotiate(request.headers()) {
        Err(error) => answer::refuse(&request, &error, &AnswerType::Json),
        Ok(answer_type) => match call(Arc::clone(&state), &endpoints, &request, payload.into_inner()).await {
            Ok(reply) => answer::respond(&request, reply, &answer_type, &state.identity.version),
            Err(error) => answer::refuse(&request, &error, &answer_type),
        },
    };
    let asks_for_methods =
        response.status() == StatusCode::METHOD_NOT_ALLOWED || request.method() == Method::OPTIONS;
    if asks_for_methods && let Ok(allowed) = HeaderValue::try_from(allowed(&endpoints)) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// Answers a request for which there is no endpoint: by the fallback of whoever mounts the API, if there is one.
pub(crate) async fn serve_stray(
    state: Arc<ApiState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    match &state.fallback {
        Some(fallback) => fallback(request, payload).await,
        None => refuse_stray(&request, &ApiError::no_handler(&request)),
    }
}

/// Refuses a request for which there is no endpoint.
pub(crate) fn refuse_stray(request: &HttpRequest, error: &ApiError) -> HttpResponse {
    let answer_type = media_type::negotiate(request.headers()).unwrap_or(AnswerType::Json);
    answer::refuse(request, error, &answer_type)
}

async fn call(
    state: Arc<ApiState>,
    endpoints: &[&'static Endpoint],
    request: &HttpRequest,
    payload: Payload,
) -> Result<Reply, ApiError> {
    let caller = authenticate(request);
    if request.method() == Method::OPTIONS {
        return Ok(Reply::ok(Bytes::new()));
    }
    let endpoint = choose(endpoints, request)?;
    caller.authorize(endpoint)?;
    let pairs = parameter::pairs(request.query_string())?;
    let arguments = Arguments::collect(request.path(), &[endpoint.parameters, COMMON_PARAMETERS], pairs)?;
    let presentation = Presentation::parse(&arguments)?;
    let may_have_body = !matches!(endpoint.body, Body::None);
    let body = body::read(state.body_limits, may_have_body, request, payload).await?;
    let path = request.uri().path().to_owned();
    let is_long = body.as_ref().is_some_and(|body| body.len() > background::LONG);
    let (principal, declared_path) = (caller.principal, endpoint.path);
    let call = Call { state, principal, declared_path, path, arguments, body };
    let answer = move |handle: HandlerFunction| move || tributary_storage::within_one_request(handle(call));
    let reply = match endpoint.handler {
        Handler::Undeclared => Err(ApiError::no_handler(request)),
        Handler::Here(handle) if !is_long => answer(handle)().await,
        Handler::Here(handle) | Handler::InBackground(handle) => background::run(answer(handle)).await,
    }?;
    presentation.apply(reply).await
}

/// The endpoint for the method of the request.
fn choose(endpoints: &[&'static Endpoint], request: &HttpRequest) -> Result<&'static Endpoint, ApiError> {
    let wanted = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let endpoint = endpoints.iter().find(|endpoint| endpoint.method == wanted).copied();
    endpoint.ok_or_else(|| ApiError::MethodNotAllowed {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        allowed: allowed(endpoints),
    })
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
