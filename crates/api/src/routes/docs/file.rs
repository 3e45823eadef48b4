//! `GET /_docs/{file}`: a file of the documentation page.

use super::{BASE, file_named, shown};
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "docs.file",
    path: "/_docs/{file}",
    access: Access::Everybody,
    answers: &[Answer { status: 200, description: "The file.", content: Content::text("*/*") }],
    errors: &[ErrorKind::NoHandler],
    summary: "Answers a file of the page under `/_docs`: a script, a style, an icon.",
    handler: handler!(part),
    ..BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn part(call: Call) -> Result<Reply, ApiError> {
    file_named(&call.part("file")?)?.map(shown).ok_or_else(|| call.no_handler())
}
