//! `PUT /_connector/{id}/_check_in`: heartbeat of a connector's worker.

use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change};
use crate::endpoint::{Access, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.check_in",
    path: "/_connector/{connector_id}/_check_in",
    access: Access::Needs(Privilege::WorkConnector),
    summary: "Notes that the worker of a connector is alive.",
    handler: handler!(change(ConnectorChange::CheckIn)),
    ..CHANGE
};
