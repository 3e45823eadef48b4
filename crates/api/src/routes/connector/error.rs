//! `PUT …/{id}/_error`: sets or clears the error of a connector.

use tributary_domain::ConnectorFailure;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_error",
    path: "/_connector/{connector_id}/_error",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<ConnectorFailure>(r#"{"error": "the source does not answer"}"#)),
    summary: "Says what went wrong with a connector, or that it is connected again.",
    handler: handler!(change_by_body(ConnectorChange::Failure)),
    ..CHANGE
};
