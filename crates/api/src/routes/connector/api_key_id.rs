//! `PUT …/{id}/_api_key_id`: sets the API key of a connector.

use tributary_domain::ConnectorApiKey;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_api_key_id",
    path: "/_connector/{connector_id}/_api_key_id",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorApiKey>(
        r#"{"api_key_id": "VuaCfGcBCdbkQm-e5aOx", "api_key_secret_id": "secret-1"}"#,
    )),
    summary: "Changes which API key a connector uses, the secret that holds it, or both.",
    handler: handler!(change_by_body(ConnectorChange::ApiKey)),
    ..CHANGE
};
