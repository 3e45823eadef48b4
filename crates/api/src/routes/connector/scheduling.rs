//! `PUT …/{id}/_scheduling`: sets the schedules of a connector.

use tributary_domain::ConnectorScheduling;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_scheduling",
    path: "/_connector/{connector_id}/_scheduling",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorScheduling>(
        r#"{"scheduling": {"full": {"enabled": true, "interval": "0 0 3 * * ?"}}}"#,
    )),
    summary: "Changes when the jobs of a connector run by themselves; schedules that are not sent stay.",
    handler: handler!(change_by_body(ConnectorChange::Scheduling), in_background),
    ..CHANGE
};
