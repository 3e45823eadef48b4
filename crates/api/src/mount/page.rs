//! `GET /_docs`: the OpenAPI document for people, as a page whose parts all come from this program.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};
use utoipa_swagger_ui::Config;

use crate::answer;
use crate::dispatch;
use crate::error::ApiError;
use crate::media_type::AnswerType;

const INDEX: &str = "index.html";
const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD");
/// Nothing but what this service has is loaded; the page makes its styles and its icons by itself.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The page finds the document beside itself, under whatever prefix the API is mounted.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("../_openapi.json")));

/// Mounts the page and its parts.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(resource("/_docs").route(web::get().to(page)).route(web::head().to(page)));
    config.service(resource("/_docs/{file:.*}").route(web::get().to(part)).route(web::head().to(part)));
}

fn resource(path: &str) -> Resource {
    web::resource(path.to_owned()).default_service(web::to(answer_other_methods))
}

/// The page where it was asked for without a slash at the end: its parts are a level further down.
#[allow(clippy::unused_async, reason = "actix-web takes handlers that are async")]
async fn page(request: HttpRequest) -> HttpResponse {
    answer(&request, INDEX, |text| text.replacen("<head>", "<head><base href=\"_docs/\">", 1))
}

#[allow(clippy::unused_async, reason = "actix-web takes handlers that are async")]
async fn part(request: HttpRequest) -> HttpResponse {
    let file = request.match_info().query("file");
    let file = if file.is_empty() { INDEX } else { file };
    answer(&request, file, |text| text)
}

#[allow(clippy::unused_async, reason = "actix-web takes handlers that are async")]
async fn answer_other_methods(request: HttpRequest) -> HttpResponse {
    let mut response = if request.method() == Method::OPTIONS {
        answer::respond(&request, StatusCode::OK, &AnswerType::Json, Bytes::new())
    } else {
        let error = ApiError::MethodNotAllowed {
            method: request.method().to_string(),
            path: request.path().to_owned(),
            allowed: "GET, HEAD".to_owned(),
        };
        dispatch::respond_to_stray(&request, &error)
    };
    response.headers_mut().insert(header::ALLOW, ALLOWED);
    response
}

fn answer(request: &HttpRequest, file: &str, change: impl FnOnce(String) -> String) -> HttpResponse {
    let Ok(Some(found)) = utoipa_swagger_ui::serve(file, Arc::clone(&CONFIG)) else {
        return dispatch::respond_to_stray(request, &ApiError::no_handler(request));
    };
    let mut body = found.bytes.into_owned();
    if file == INDEX {
        body = change(String::from_utf8_lossy(&body).into_owned()).into_bytes();
    }
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, found.content_type))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .insert_header(answer::product())
        .body(body)
}
