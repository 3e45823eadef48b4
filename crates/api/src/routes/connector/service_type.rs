//! `PUT …/{id}/_service_type`: sets the type of a connector's data source.

use tributary_domain::ConnectorServiceType;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_service_type",
    path: "/_connector/{connector_id}/_service_type",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorServiceType>(r#"{"service_type": "postgresql"}"#)),
    summary: "Changes the kind of source that a connector reads.",
    handler: handler!(change_by_body(ConnectorChange::ServiceType)),
    ..CHANGE
};
