//! `PUT …/{id}/_filtering`: sets the filtering rules of a connector.

use tributary_domain::ConnectorFiltering;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, DRY_RUN, change_or_try};
use crate::endpoint::{Access, Answer, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_filtering",
    path: "/_connector/{connector_id}/_filtering",
    access: Access::Needs(Privilege::ManageConnector),
    parameters: &[&[DRY_RUN]],
    body: Body::Required(Content::of::<ConnectorFiltering>(
        r#"{"rules": [{"field": "state", "id": "open-only", "order": 0, "policy": "include", "rule": "equals", "value": "open"}]}"#,
    )),
    answers: &[Answer::TRIED_OR_CHANGED],
    summary: "Changes the draft of the rules of which documents a connector takes, or replaces all of them.",
    handler: handler!(change_or_try(ConnectorChange::Filtering), in_background),
    ..CHANGE
};
