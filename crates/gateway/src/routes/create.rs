//! `PUT` and `POST /{control_index}/_create/{id}`: stores a document under an id that must not be in use.

use actix_web::http::Method;
use tributary_api::{Answer, ApiError, Call, Content, Endpoint, Handler, Reply};

use super::parameters::WRITING;
use super::write;
use super::write_answer::WriteAnswer;

pub(super) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "create",
    path: "/{control_index}/_create/{id}",
    parameters: &[WRITING],
    answers: &[Answer {
        status: 201,
        description: "The document is created.",
        content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
    }],
    errors: &[tributary_api::ErrorKind::IndexNameTaken],
    summary: "Stores a document in a control index under an id that must not be in use.",
    handler: Handler::Here(|call| Box::pin(create(call))),
    ..write::PUT_ENDPOINT
};

pub(super) const POST_ENDPOINT: Endpoint = Endpoint { method: Method::POST, ..PUT_ENDPOINT };

async fn create(call: Call) -> Result<Reply, ApiError> {
    let id = call.id("id")?;
    write::create(&call, &id).await
}
