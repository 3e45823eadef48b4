//! `PUT /_connector/{id}/_check_in`: a connector's worker is alive.

use actix_web::http::Method;

use super::change;
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
    change(&call, |connector, _, now| Ok(connector.check_in(now))).await
}
