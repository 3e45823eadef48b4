//! `GET /_connector/{id}`: returns a connector.

use tributary_domain::{Connector, InclusionOfDeleted};
use tributary_service::connector;

use super::{ID, INCLUDE_DELETED};
use crate::answer::{Reply, SOURCE, source};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.get",
    path: "/_connector/{connector_id}",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[&[INCLUDE_DELETED], SOURCE],
    answers: &[Answer {
        status: 200,
        description: "The connector.",
        content: Content::of::<Connector>(include_str!("example/connector.json")),
    }],
    errors: &[ErrorKind::NotFound],
    summary: "Answers one connector with every field that is stored.",
    handler: handler!(get),
    ..Endpoint::BASE
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let deleted = InclusionOfDeleted(call.arguments.boolean(&INCLUDE_DELETED)?);
    let (id, source) = (call.id(ID)?, source(&call.arguments)?);
    let connector = connector::get(call.store(), &call.context(), &id, deleted).await?;
    Ok(Reply::ok(source.document(connector.document().to_json().into()).await?))
}
