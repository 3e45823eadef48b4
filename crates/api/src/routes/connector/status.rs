//! `PUT …/{id}/_status`: the next status of a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorStatusChange;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_status",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_status",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorStatusChange>(r#"{"status": "needs_configuration"}"#)),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ForbiddenTransition,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Moves a connector to another status, if its status allows that.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Status)),
};
