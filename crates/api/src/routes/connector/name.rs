//! `PUT …/{id}/_name`: sets the name and description of a connector.

use tributary_domain::ConnectorNaming;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_name",
    path: "/_connector/{connector_id}/_name",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorNaming>(
        r#"{"name": "Orders", "description": "Orders of the shop"}"#,
    )),
    summary: "Changes the name of a connector, its description, or both.",
    handler: handler!(change_by_body(ConnectorChange::Naming)),
    ..CHANGE
};
