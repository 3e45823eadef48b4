//! `PUT …/{id}/_last_sync`: updates the statistics of a connector's last syncs.

use tributary_domain::ConnectorLastSync;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.last_sync",
    path: "/_connector/{connector_id}/_last_sync",
    access: Access::Needs(Privilege::WorkConnector),
    body: Body::Required(Content::of::<ConnectorLastSync>(
        r#"{"last_sync_status": "completed", "last_indexed_document_count": 1024, "last_synced": "2026-01-02T03:04:05.678Z"}"#,
    )),
    summary: "Notes how the last syncs of a connector went; what is not sent stays.",
    handler: handler!(change_by_body(ConnectorChange::LastSync)),
    ..CHANGE
};
