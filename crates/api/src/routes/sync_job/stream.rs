//! `GET /_connector/_sync_job/_stream`: streams all sync jobs that match.

use super::filter::{FILTERS, filter};
use super::sorting::{SORTING, order};
use crate::answer::{Reply, SOURCE};
use crate::endpoint::{Access, Call, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::routes::lines;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_stream",
    path: "/_connector/_sync_job/_stream",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[FILTERS, SORTING, SOURCE],
    answers: &[lines::STREAMED],
    summary: "Streams all sync jobs that match, one a line, in the order of the list.",
    extension: true,
    handler: handler!(stream),
    ..Endpoint::BASE
};

async fn stream(call: Call) -> Result<Reply, ApiError> {
    let context = call.context();
    let filter = filter(&call.arguments, context.now())?;
    let order = order(&call.arguments)?;
    let query = filter.query(call.store(), &context).await?.ordered(order);
    lines::reply(call, query).await
}
