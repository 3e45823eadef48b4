//! `PUT …/{id}/_index_name`: the index that a connector writes to.

use actix_web::http::Method;
use tributary_domain::ConnectorIndex;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_index_name",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_index_name",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorIndex>(r#"{"index_name": "search-orders"}"#)),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::InvalidArgument,
        ErrorKind::NotANativeIndex,
        ErrorKind::IndexNameTaken,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Attaches a connector to an index that no other has, or detaches it.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Index)),
};
