//! `PUT …/{id}/_filtering/_validation`: stores a worker's validation of the draft rules.

use tributary_domain::ConnectorFilteringValidation;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_filtering_validation",
    path: "/_connector/{connector_id}/_filtering/_validation",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<ConnectorFilteringValidation>(
        r#"{"validation": {"state": "valid", "errors": []}}"#,
    )),
    summary: "Notes whether the draft of the rules of a connector can be used.",
    handler: handler!(change_by_body(ConnectorChange::FilteringValidation)),
    ..CHANGE
};
