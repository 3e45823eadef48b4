//! `PUT …/{id}/_features`: what the worker of a connector can do.

use actix_web::http::Method;
use tributary_domain::ConnectorFeatures;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_features",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_features",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorFeatures>(
        r#"{"features": {"document_level_security": {"enabled": true}, "sync_rules": {"basic": {"enabled": true}}}}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::MissingBody, ErrorKind::MalformedBody, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Switches features of a connector on or off; those that are not sent stay.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Features)),
};
