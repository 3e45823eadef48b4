//! `PUT …/{id}/_service_type`: the kind of source that a connector reads.

use actix_web::http::Method;
use tributary_domain::ConnectorServiceType;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_service_type",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_service_type",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorServiceType>(r#"{"service_type": "postgresql"}"#)),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes the kind of source that a connector reads.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::ServiceType)),
};
