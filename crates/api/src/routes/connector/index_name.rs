//! `PUT …/{id}/_index_name`: sets the index that a connector writes to.

use tributary_domain::ConnectorIndex;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_index_name",
    path: "/_connector/{connector_id}/_index_name",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorIndex>(r#"{"index_name": "search-orders"}"#)),
    errors: &[ErrorKind::NotANativeIndex, ErrorKind::IndexNameTaken, ErrorKind::NotFound],
    summary: "Attaches a connector to an index that no other has, or detaches it.",
    handler: handler!(change_by_body(ConnectorChange::Index)),
    ..CHANGE
};
