//! `PUT …/{id}/_scheduling`: when the jobs of a connector run by themselves.

use actix_web::http::Method;
use tributary_domain::ConnectorScheduling;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_scheduling",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_scheduling",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorScheduling>(
        r#"{"scheduling": {"full": {"enabled": true, "interval": "0 0 3 * * ?"}}}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes when the jobs of a connector run by themselves; schedules that are not sent stay.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Scheduling), in_background),
};
