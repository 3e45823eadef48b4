//! `PUT …/{id}/_native`: sets whether a connector is native or self-managed.

use tributary_domain::ConnectorNature;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_native",
    path: "/_connector/{connector_id}/_native",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorNature>(r#"{"is_native": false}"#)),
    errors: &[ErrorKind::NotANativeIndex, ErrorKind::NotFound],
    summary: "Says whether Elastic's own infrastructure would run a connector.",
    handler: handler!(change_by_body(ConnectorChange::Nature)),
    ..CHANGE
};
