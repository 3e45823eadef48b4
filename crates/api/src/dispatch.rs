//! The way of every request: choose the endpoint, check, call the handler, present the answer.

use std::error::Error;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};

use crate::api::Api;
use crate::background;
use crate::body::{self, UnreadBody};
use crate::call::Call;
use crate::endpoint::{COMMON_PARAMETERS, Endpoint};
use crate::error::ApiError;
use crate::media_type::{self, AnswerType};
use crate::parameter::Arguments;
use crate::presentation;
use crate::query_string;
use crate::reply::Reply;
use crate::warning_header;

const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");
const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
/// How many seconds a client should wait for a store that is away.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Answers a request for one of the endpoints of a path.
pub(crate) async fn serve(
    api: Api,
    endpoints: Arc<[&'static Endpoint]>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let answer_type = match media_type::negotiate(request.headers()) {
        Ok(answer_type) => answer_type,
        Err(error) => return refuse(&request, &error, &AnswerType::Json, &endpoints),
    };
    let identity = Arc::clone(&api.identity);
    match call(api, &endpoints, &request, payload).await {
        Ok(reply) => {
            let mut response = respond(&request, reply.status, &answer_type, reply.body, &endpoints);
            warning_header::add(&request, &mut response, &reply.warnings, &identity.version);
            response
        }
        Err(error) => refuse(&request, &error, &answer_type, &endpoints),
    }
}

/// Answers a request that no endpoint has, in the shape of the API's errors.
pub(crate) fn respond_to_stray(request: &HttpRequest, error: &ApiError) -> HttpResponse {
    let answer_type = media_type::negotiate(request.headers()).unwrap_or(AnswerType::Json);
    refuse(request, error, &answer_type, &[])
}

async fn call(
    api: Api,
    endpoints: &[&'static Endpoint],
    request: &HttpRequest,
    payload: Payload,
) -> Result<Reply, ApiError> {
    if request.method() == Method::OPTIONS {
        return Ok(Reply::ok(Bytes::new()));
    }
    let wanted = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let endpoint = endpoints.iter().find(|endpoint| endpoint.method == wanted).copied();
    let endpoint = endpoint.ok_or_else(|| ApiError::MethodNotAllowed {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        allowed: allowed(endpoints),
    })?;
    let pairs = query_string::pairs(request.query_string())?;
    let arguments = Arguments::collect(request.path(), &[endpoint.parameters, COMMON_PARAMETERS], pairs)?;
    let presentation = presentation::Presentation::parse(&arguments)?;
    let body = body::read(&api, endpoint, request, payload).await?;
    let path = request.uri().path().to_owned();
    let is_long = body.as_ref().is_some_and(|body| body.len() > background::LONG);
    let call = Call { api, endpoint, path, arguments, body };
    let answer = move || tributary_storage::within_one_request((endpoint.handler.answer)(call));
    let reply = if is_long || endpoint.handler.in_background {
        background::run(answer).await?
    } else {
        answer().await?
    };
    Ok(Reply { body: presentation.apply(reply.body).await?, ..reply })
}

/// All causes of an error, from the nearest to the last; one that the text before it ends with already is left out.
fn causes(error: &ApiError) -> String {
    let mut text = String::new();
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

fn refuse(
    request: &HttpRequest,
    error: &ApiError,
    answer_type: &AnswerType,
    endpoints: &[&'static Endpoint],
) -> HttpResponse {
    if error.status().is_server_error() {
        let cause = causes(error);
        tracing::error!(method = %request.method(), path = request.path(), %cause, "request failed: {error}");
    }
    let mut body = Bytes::from(error.body());
    // Errors are indented on request like answers, but never filtered: they would be lost.
    let pairs = query_string::pairs(request.query_string()).unwrap_or_default();
    if pairs.iter().any(|(name, value)| name == "pretty" && value != "false") {
        body = presentation::pretty(&body);
    }
    let mut response = respond(request, error.status(), answer_type, body.clone(), endpoints);
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    match request.extensions_mut().remove::<UnreadBody>() {
        Some(unread) => response.set_body(unread.kept_until_sent(body)).map_into_boxed_body(),
        None => response,
    }
}

/// An answer with the headers that all have.
pub(crate) fn respond(
    request: &HttpRequest,
    status: StatusCode,
    answer_type: &AnswerType,
    body: Bytes,
    endpoints: &[&'static Endpoint],
) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header(product());
    if let Some(opaque_id) = request.headers().get(OPAQUE_ID) {
        response.insert_header((OPAQUE_ID, opaque_id.clone()));
    }
    let asks_for_methods = status == StatusCode::METHOD_NOT_ALLOWED || request.method() == Method::OPTIONS;
    if asks_for_methods && !endpoints.is_empty() {
        response.insert_header((header::ALLOW, allowed(endpoints)));
    }
    match answer_type {
        AnswerType::Json => {
            response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        }
        vendor @ AnswerType::Vendor { .. } => response.insert_header((header::CONTENT_TYPE, vendor.header())),
    };
    response.body(body)
}

/// The header by which official clients know a server that they may talk to.
pub(crate) fn product() -> (HeaderName, HeaderValue) {
    (PRODUCT, HeaderValue::from_static("Elasticsearch"))
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

#[cfg(test)]
mod tests {
    use std::io;

    use tributary_storage::StoreError;

    use super::*;

    #[test]
    fn all_causes_are_told_once() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let error = ApiError::Unavailable(StoreError::Unavailable(refused.into()));
        assert_eq!(causes(&error), "the store is not available: connection refused");
        assert_eq!(causes(&ApiError::Conflict), "");
    }
}
