//! `PUT` and `POST /_connector`: creates a connector with a generated id.

use actix_web::http::Method;
use tributary_domain::ConnectorProperties;
use tributary_service::connector;
use tributary_storage::Outcome;

use super::PROPERTIES_EXAMPLE;
use crate::answer::{Put, Reply};
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "connector.put",
    method: Method::PUT,
    path: "/_connector",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Optional(Content::of::<ConnectorProperties>(PROPERTIES_EXAMPLE)),
    answers: &[Answer {
        status: 201,
        description: "The connector is created, under this id.",
        content: Content::of::<Put<'_>>(
            r#"{"result": "created", "id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#,
        ),
    }],
    errors: &[ErrorKind::NotANativeIndex, ErrorKind::IndexNameTaken],
    summary: "Creates a connector under a new id.",
    handler: handler!(create),
    ..Endpoint::BASE
};

pub(in crate::routes) const POST_ENDPOINT: Endpoint =
    Endpoint { name: "connector.post", method: Method::POST, ..PUT_ENDPOINT };

async fn create(call: Call) -> Result<Reply, ApiError> {
    let properties: ConnectorProperties = call.optional_body()?.unwrap_or_default();
    let id = connector::create(call.store(), &call.context(), &properties).await?;
    Ok(Reply::put(Outcome::Created, id.as_str()))
}
