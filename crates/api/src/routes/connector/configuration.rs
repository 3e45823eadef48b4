//! `PUT …/{id}/_configuration`: sets the configuration of a connector.

use tributary_domain::ConnectorConfiguration;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, DRY_RUN, change_or_try};
use crate::endpoint::{Access, Answer, Body, Content, Endpoint, Privilege, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_configuration",
    path: "/_connector/{connector_id}/_configuration",
    access: Access::Needs(Privilege::ManageConnector),
    parameters: &[&[DRY_RUN]],
    body: Body::Required(Content::of::<ConnectorConfiguration>(
        r#"{"values": {"host": "db.example.org", "port": 5432}}"#,
    )),
    answers: &[Answer::TRIED_OR_CHANGED],
    errors: &[ErrorKind::UnknownConfigurationFields, ErrorKind::NotFound],
    summary: "Replaces the configuration of a connector, or changes values in the one it has.",
    handler: handler!(change_or_try(ConnectorChange::Configuration), in_background),
    ..CHANGE
};
