//! `PUT …/{id}/_api_key_id`: the API key of a connector.

use actix_web::http::Method;
use tributary_domain::ConnectorApiKey;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_api_key_id",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_api_key_id",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorApiKey>(
        r#"{"api_key_id": "VuaCfGcBCdbkQm-e5aOx", "api_key_secret_id": "secret-1"}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes which API key a connector uses, the secret that holds it, or both.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::ApiKey)),
};
