//! `PUT …/{id}/_features`: sets the features that the connector's worker supports.

use tributary_domain::ConnectorFeatures;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_features",
    path: "/_connector/{connector_id}/_features",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<ConnectorFeatures>(
        r#"{"features": {"document_level_security": {"enabled": true}, "sync_rules": {"basic": {"enabled": true}}}}"#,
    )),
    summary: "Switches features of a connector on or off; those that are not sent stay.",
    handler: handler!(change_by_body(ConnectorChange::Features)),
    ..CHANGE
};
