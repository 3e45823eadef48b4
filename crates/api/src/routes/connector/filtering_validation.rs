//! `PUT …/{id}/_filtering/_validation`: what a worker found out about the draft of the rules.

use actix_web::http::Method;
use tributary_domain::ConnectorFilteringValidation;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_filtering_validation",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_filtering/_validation",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorFilteringValidation>(
        r#"{"validation": {"state": "valid", "errors": []}}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::MissingBody, ErrorKind::MalformedBody, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Notes whether the draft of the rules of a connector can be used.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::FilteringValidation)),
};
