//! `DELETE /{control_index}/_doc/{id}`: removes a document.

use actix_web::http::{Method, StatusCode};
use tributary_api::{Answer, ApiError, Call, Content, Endpoint, Handler, Reply};
use tributary_service::document;

use super::guard::{GUARD, guard};
use super::parameters::{CHANGE, WRITING};
use super::write_answer::WriteAnswer;
use crate::control::ControlIndex;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "delete",
    method: Method::DELETE,
    path: "/{control_index}/_doc/{id}",
    parameters: &[GUARD, WRITING],
    answers: &[
        Answer {
            status: 200,
            description: "The document is removed.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
        Answer {
            status: 404,
            description: "There was no such document.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
    ],
    summary: "Removes a document from a control index.",
    handler: Handler::Here(|call| Box::pin(delete(call))),
    ..CHANGE
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    let (index, id, guard) = (ControlIndex::of(&call)?, call.id("id")?, guard(&call.arguments)?);
    let version = document::delete(call.store(), &call.context(), index.collection, &id, guard).await?;
    let answer = WriteAnswer::deleted(index, &id, version);
    let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
    Ok(Reply { status, ..Reply::json(&answer) })
}
