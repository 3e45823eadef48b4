//! `PUT …/{id}/_error`: what went wrong with a connector, or that all is well again.

use actix_web::http::Method;
use tributary_domain::ConnectorFailure;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_error",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_error",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorFailure>(r#"{"error": "the source does not answer"}"#)),
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::MissingBody, ErrorKind::MalformedBody, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Says what went wrong with a connector, or that it is connected again.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Failure)),
};
