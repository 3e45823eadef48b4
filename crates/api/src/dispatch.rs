//! The way of every request: choose the endpoint, check, call the handler, present the answer.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::{Decompress, Payload};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::time::timeout;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use bytes::BytesMut;
use futures_util::stream::{self, StreamExt as _};
use tributary_domain::{Arguments, Refusal};

use crate::api::Api;
use crate::background;
use crate::call::Call;
use crate::endpoint::{Body, COMMON_PARAMETERS, Endpoint};
use crate::error::ApiError;
use crate::media_type::{self, AnswerType};
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
    let body = body(&api, endpoint, request, payload).await?;
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

/// Reads the body, if there is one, up to the limit.
async fn body(
    api: &Api,
    endpoint: &Endpoint,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Option<Bytes>, ApiError> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|value| value.parse::<usize>().ok());
    if declared == Some(0)
        || (declared.is_none() && !request.headers().contains_key(header::TRANSFER_ENCODING))
    {
        return Ok(None);
    }
    if declared.is_some_and(|length| length > api.body_limit) {
        return Err(ApiError::BodyTooLarge(api.body_limit));
    }
    let mut payload = Decompress::from_headers(payload, request.headers());
    let body = match read(api, &mut payload).await {
        Ok(body) => body,
        Err(error) => {
            request.extensions_mut().insert(UnreadBody(payload));
            return Err(error);
        }
    };
    if body.is_empty() {
        return Ok(None);
    }
    if matches!(endpoint.body, Body::None) {
        let reason =
            format!("request [{} {}] does not support having a body", request.method(), request.path());
        return Err(Refusal::InvalidArgument(reason).into());
    }
    media_type::check_content_type(request.headers())?;
    Ok(Some(body.freeze()))
}

/// A body that was not read to its end. Where an answer is sent while it is still there, the connection is
/// closed behind it; otherwise the server waits for the rest of the body, for as long as the client likes.
struct UnreadBody(#[expect(dead_code, reason = "it only has to be there")] Decompress<Payload>);

impl UnreadBody {
    fn kept_until_sent(self, answer: Bytes) -> impl MessageBody + 'static {
        let length = answer.len() as u64;
        let sent = stream::iter([Ok::<_, Infallible>(answer)]).inspect(move |_| _ = &self);
        SizedStream::new(length, sent)
    }
}

async fn read(api: &Api, payload: &mut Decompress<Payload>) -> Result<BytesMut, ApiError> {
    let mut body = BytesMut::new();
    loop {
        let next = timeout(api.body_timeout, payload.next()).await;
        let Some(chunk) = next.map_err(|_| ApiError::BodyTimeout(api.body_timeout))? else {
            return Ok(body);
        };
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        if body.len() + chunk.len() > api.body_limit {
            return Err(ApiError::BodyTooLarge(api.body_limit));
        }
        body.extend_from_slice(&chunk);
    }
}

/// Why a body does not arrive whole, in words for its sender.
fn unreadable(error: &PayloadError) -> Refusal {
    Refusal::MalformedBody(match error {
        PayloadError::Incomplete(Some(cause)) => {
            format!("the body cannot be unpacked as its Content-Encoding says: {cause}")
        }
        PayloadError::Incomplete(None) => "the body ends before it is complete".to_owned(),
        other => format!("the body cannot be read: {other}"),
    })
}

fn refuse(
    request: &HttpRequest,
    error: &ApiError,
    answer_type: &AnswerType,
    endpoints: &[&'static Endpoint],
) -> HttpResponse {
    if error.status().is_server_error() {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
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

fn respond(
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
    if status == StatusCode::METHOD_NOT_ALLOWED || request.method() == Method::OPTIONS {
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
