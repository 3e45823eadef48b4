//! The content indices: requests for them are passed on to a search engine.

use actix_web::{HttpRequest, HttpResponse, web};

/// The search engine with the content indices.
#[derive(Debug)]
pub struct Content {}

/// Passes a request on.
pub(crate) async fn pass(_: &Content, _: HttpRequest, _: web::Payload) -> HttpResponse {
    HttpResponse::NotImplemented().finish()
}
