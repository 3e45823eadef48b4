//! `GET /_connector/_stream`: streams all connectors that match.

use super::list::{FILTERS, query};
use crate::answer::{Reply, SOURCE};
use crate::endpoint::{Access, Call, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::routes::lines;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.stream",
    path: "/_connector/_stream",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[FILTERS, SOURCE],
    answers: &[lines::STREAMED],
    summary: "Streams all connectors that match, one a line, in the order of the list.",
    extension: true,
    handler: handler!(stream),
    ..Endpoint::BASE
};

async fn stream(call: Call) -> Result<Reply, ApiError> {
    let query = query(&call.arguments)?;
    lines::reply(call, query).await
}
