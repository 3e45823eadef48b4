//! `PUT …/{id}/_native`: who runs a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorNature;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_native",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_native",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorNature>(r#"{"is_native": false}"#)),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::NotANativeIndex,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Says whether Elastic's own infrastructure would run a connector.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Nature)),
};
