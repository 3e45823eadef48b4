//! `PUT` and `POST /{control_index}/_doc/{id}`, and `POST /{control_index}/_doc`: stores a document.

use actix_web::http::{Method, StatusCode};
use tributary_api::{
    Answer, ApiError, Body, Call, Content, Endpoint, ErrorKind, Handler, Parameter, ParameterKind, Reply,
};
use tributary_domain::{Document, Id};
use tributary_service::document::{self, Written};

use super::guard::{GUARD, guard};
use super::parameters::{CHANGE, WRITING};
use super::write_answer::WriteAnswer;
use crate::control::ControlIndex;

const OPERATION: Parameter = Parameter::new(
    "op_type",
    ParameterKind::Keyword(&["index", "create"]),
    "With create, a document that exists is a conflict.",
);

pub(super) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "index",
    method: Method::PUT,
    path: "/{control_index}/_doc/{id}",
    parameters: &[&[OPERATION], GUARD, WRITING],
    body: Body::Required(Content::of::<Document>(r#"{"name": "my connector", "status": "created"}"#)),
    answers: &[
        Answer {
            status: 200,
            description: "The document is replaced.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
        Answer {
            status: 201,
            description: "The document is created.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
    ],
    errors: &[ErrorKind::ForbiddenTransition, ErrorKind::IndexNameTaken],
    summary: "Stores a document in a control index: the status of a sync job is a step of its state machine.",
    handler: Handler::Here(|call| Box::pin(write_to_id(call))),
    ..CHANGE
};

pub(super) const POST_ENDPOINT: Endpoint = Endpoint { method: Method::POST, ..PUT_ENDPOINT };

pub(super) const NEW_ENDPOINT: Endpoint = Endpoint {
    path: "/{control_index}/_doc",
    summary: "Stores a document in a control index under a new id.",
    handler: Handler::Here(|call| Box::pin(write_new(call))),
    ..POST_ENDPOINT
};

async fn write_to_id(call: Call) -> Result<Reply, ApiError> {
    let id = call.id("id")?;
    if call.arguments.text(&OPERATION).is_some_and(|operation| operation.eq_ignore_ascii_case("create")) {
        return create(&call, &id).await;
    }
    let index = ControlIndex::of(&call)?;
    let (document, guard) = (document_of(&call)?, guard(&call.arguments)?);
    let written =
        document::index(call.store(), &call.context(), index.collection, &id, document, guard).await?;
    Ok(reply(index, &id, &written))
}

async fn write_new(call: Call) -> Result<Reply, ApiError> {
    let id = call.context().next_id()?;
    create(&call, &id).await
}

/// Stores the document of a call under an id that must not be in use.
pub(super) async fn create(call: &Call, id: &Id) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(call)?;
    let document = document_of(call)?;
    let written = document::create(call.store(), &call.context(), index.collection, id, document).await?;
    Ok(reply(index, id, &written))
}

/// The document in the body; its id is in the path.
fn document_of(call: &Call) -> Result<Document, ApiError> {
    let mut document: Document = call.body()?;
    document.remove("id");
    Ok(document)
}

fn reply(index: ControlIndex, id: &Id, written: &Written) -> Reply {
    let answer = WriteAnswer::written(index, id, written);
    let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
    Reply { status, ..Reply::json(&answer) }
}
