//! `GET /_connector`: the connectors.

use actix_web::http::Method;
use tributary_domain::{CONNECTOR_LIST_PARAMETERS, Connector, ConnectorQuery};
use tributary_service::connector;

use crate::call::Call;
use crate::content::{Content, Page};
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.list",
    method: Method::GET,
    path: "/_connector",
    parameters: CONNECTOR_LIST_PARAMETERS,
    body: Body::None,
    answers: &[Answer {
        status: 200,
        description: "How many connectors match, and those of the page.",
        content: Content::of::<Page<Connector>>(include_str!("example/list.json")),
    }],
    errors: &[ErrorKind::InvalidArgument],
    summary: "Lists connectors in the order of their index names, those without one last.",
    extension: false,
    handler: handler!(list),
};

async fn list(call: Call) -> Result<Reply, ApiError> {
    let query = ConnectorQuery::parse(&call.arguments)?;
    Ok(Reply::page(connector::list(call.store(), &call.context(), &query).await?))
}
