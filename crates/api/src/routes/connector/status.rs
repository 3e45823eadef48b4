//! `PUT …/{id}/_status`: changes the status of a connector.

use tributary_domain::ConnectorStatusChange;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_status",
    path: "/_connector/{connector_id}/_status",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<ConnectorStatusChange>(r#"{"status": "needs_configuration"}"#)),
    errors: &[ErrorKind::ForbiddenTransition, ErrorKind::NotFound],
    summary: "Moves a connector to another status, if its status allows that.",
    handler: handler!(change_by_body(ConnectorChange::Status)),
    ..CHANGE
};
