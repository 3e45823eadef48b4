//! `PUT …/{id}/_filtering/_activate`: the draft of the rules becomes active.

use actix_web::http::Method;
use tributary_service::connector::ConnectorChange;

use super::change;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_active_filtering",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_filtering/_activate",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::DraftNotValid, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Makes the draft of the rules of a connector the active rules, if it is valid.",
    extension: false,
    handler: handler!(change(ConnectorChange::FilteringActivation)),
};
