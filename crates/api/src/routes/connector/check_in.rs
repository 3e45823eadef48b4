//! `PUT /_connector/{id}/_check_in`: a connector's worker is alive.

use actix_web::http::Method;
use tributary_service::connector::ConnectorChange;

use super::change;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::ErrorKind;

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
    handler: handler!(change(ConnectorChange::CheckIn)),
};
