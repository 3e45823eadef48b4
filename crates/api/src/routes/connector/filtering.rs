//! `PUT …/{id}/_filtering`: which documents a connector takes.

use actix_web::http::Method;
use tributary_domain::ConnectorFiltering;
use tributary_service::connector::ConnectorChange;

use super::{DRY_RUN, change_or_try};
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_filtering",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_filtering",
    parameters: &[DRY_RUN],
    body: Body::Required(Content::of::<ConnectorFiltering>(
        r#"{"rules": [{"field": "state", "id": "open-only", "order": 0, "policy": "include", "rule": "equals", "value": "open"}]}"#,
    )),
    answers: &[Answer::TRIED_OR_CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes the draft of the rules of which documents a connector takes, or replaces all of them.",
    extension: false,
    handler: handler!(change_or_try(ConnectorChange::Filtering), in_background),
};
