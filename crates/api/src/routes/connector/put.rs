//! `PUT /_connector/{id}`: creates or updates a connector with a given id.

use actix_web::http::Method;
use tributary_domain::ConnectorProperties;
use tributary_service::connector;

use super::{ID, PROPERTIES_EXAMPLE};
use crate::answer::{Put, Reply};
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.put",
    method: Method::PUT,
    path: "/_connector/{connector_id}",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Optional(Content::of::<ConnectorProperties>(PROPERTIES_EXAMPLE)),
    answers: &[
        Answer {
            status: 201,
            description: "The connector is created.",
            content: Content::of::<Put<'_>>(r#"{"result": "created", "id": "connector-1"}"#),
        },
        Answer {
            status: 200,
            description: "There was one, and it is changed: what the body leaves out stays as it is.",
            content: Content::of::<Put<'_>>(r#"{"result": "updated", "id": "connector-1"}"#),
        },
    ],
    errors: &[ErrorKind::NotANativeIndex, ErrorKind::IndexNameTaken],
    summary: "Creates a connector, or changes the properties of one that is there.",
    handler: handler!(put),
    ..Endpoint::BASE
};

async fn put(call: Call) -> Result<Reply, ApiError> {
    let properties: ConnectorProperties = call.optional_body()?.unwrap_or_default();
    let id = call.id(ID)?;
    let outcome = connector::put(call.store(), &call.context(), &id, &properties).await?;
    Ok(Reply::put(outcome, id.as_str()))
}
