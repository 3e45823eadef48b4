//! `GET /_docs`: the documentation page.

use super::{BASE, file_named, shown};
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "docs",
    path: "/_docs",
    access: Access::Everybody,
    answers: &[Answer { status: 200, description: "The page.", content: Content::text("text/html") }],
    summary: "Shows the OpenAPI document as a page, made by Swagger UI.",
    handler: handler!(page),
    ..BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn page(call: Call) -> Result<Reply, ApiError> {
    let (media_type, mut page) = file_named("index.html")?.ok_or_else(|| call.no_handler())?;
    if !call.path.ends_with('/') {
        // Its files are one level below.
        let text = String::from_utf8_lossy(&page);
        page = text.replacen("<head>", "<head><base href=\"_docs/\">", 1).into();
    }
    Ok(shown((media_type, page)))
}
