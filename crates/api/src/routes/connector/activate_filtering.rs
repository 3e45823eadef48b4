//! `PUT …/{id}/_filtering/_activate`: activates the draft rules.

use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change};
use crate::endpoint::{Access, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_active_filtering",
    path: "/_connector/{connector_id}/_filtering/_activate",
    access: Access::Needs(Privilege::ManageConnector),
    errors: &[ErrorKind::DraftNotValid, ErrorKind::NotFound],
    summary: "Makes the draft of the rules of a connector the active rules, if it is valid.",
    handler: handler!(change(ConnectorChange::FilteringActivation)),
    ..CHANGE
};
