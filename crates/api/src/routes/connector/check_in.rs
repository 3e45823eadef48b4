//! `PUT /_connector/{id}/_check_in`: a connector's worker is alive.

use actix_web::http::Method;
use tributary_domain::{Connector, InclusionOfDeleted};
use tributary_storage::{Collection, StoreExt};

use super::ID;
use crate::call::Call;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.check_in",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_check_in",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Notes that the worker of a connector is alive.",
    extension: false,
    handler: handler!(check_in),
};

async fn check_in(call: Call) -> Result<Reply, ApiError> {
    let id = call.id(ID)?;
    let now = call.now();
    let decide = |connector: Connector| {
        let connector = connector.visible(id.as_str(), InclusionOfDeleted(false))?;
        Ok(connector.check_in(now))
    };
    Ok(Reply::changed(call.store().change(Collection::Connectors, &id, decide).await?))
}
