//! `PUT …/{id}/_pipeline`: sets the ingest pipeline of a connector.

use tributary_domain::ConnectorPipeline;
use tributary_service::connector::ConnectorChange;

use super::{CHANGE, change_by_body};
use crate::endpoint::{Access, Body, Content, Endpoint, Privilege, handler};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_pipeline",
    path: "/_connector/{connector_id}/_pipeline",
    access: Access::Needs(Privilege::ManageConnector),
    body: Body::Required(Content::of::<ConnectorPipeline>(
        r#"{"pipeline": {"extract_binary_content": true, "name": "search-default-ingestion", "reduce_whitespace": true, "run_ml_inference": false}}"#,
    )),
    summary: "Changes what happens to the documents of a connector before they are indexed.",
    handler: handler!(change_by_body(ConnectorChange::Pipeline)),
    ..CHANGE
};
