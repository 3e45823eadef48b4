//! `PUT …/{id}/_configuration`: what has to be known to reach the source of a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorConfiguration;
use tributary_service::connector::ConnectorChange;

use super::{DRY_RUN, change_or_try};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_configuration",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_configuration",
    parameters: &[DRY_RUN],
    body: Body::Required(Content::of::<ConnectorConfiguration>(
        r#"{"values": {"host": "db.example.org", "port": 5432}}"#,
    )),
    answers: &[Answer::TRIED_OR_CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::UnknownConfigurationFields,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Replaces the configuration of a connector, or changes values in the one it has.",
    extension: false,
    handler: handler!(change_or_try(ConnectorChange::Configuration), in_background),
};
