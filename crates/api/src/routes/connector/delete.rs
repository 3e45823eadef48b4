//! `DELETE /_connector/{id}`: softly or for good, with its sync jobs or without.

use actix_web::http::Method;
use tributary_domain::{DELETE_PARAMETERS, Deletion};
use tributary_service::connector;

use super::ID;
use crate::call::Call;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.delete",
    method: Method::DELETE,
    path: "/_connector/{connector_id}",
    parameters: DELETE_PARAMETERS,
    body: Body::None,
    answers: &[Answer::ACKNOWLEDGED],
    errors: &[ErrorKind::InvalidArgument, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Deletes a connector: softly, or for good, with its sync jobs or without.",
    extension: false,
    handler: handler!(delete),
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    let deletion = Deletion::parse(&call.arguments)?;
    let id = call.id(ID)?;
    connector::delete(call.store(), &call.context(), &id, deletion).await?;
    Ok(Reply::acknowledged())
}
