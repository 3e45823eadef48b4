//! `PUT …/{id}/_name`: a connector under another name or description.

use actix_web::http::Method;
use tributary_domain::ConnectorNaming;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_name",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_name",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorNaming>(
        r#"{"name": "Orders", "description": "Orders of the shop"}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes the name of a connector, its description, or both.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Naming)),
};
