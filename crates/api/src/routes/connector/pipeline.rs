//! `PUT …/{id}/_pipeline`: what happens to the documents of a connector before they are indexed.

use actix_web::http::Method;
use tributary_domain::ConnectorPipeline;
use tributary_service::connector::ConnectorChange;

use super::change_by_body;
use crate::endpoint::{Answer, Body, Content, Endpoint, handler};
use crate::error::ErrorKind;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_pipeline",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_pipeline",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorPipeline>(
        r#"{"pipeline": {"extract_binary_content": true, "name": "search-default-ingestion", "reduce_whitespace": true, "run_ml_inference": false}}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::MissingBody, ErrorKind::MalformedBody, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Changes what happens to the documents of a connector before they are indexed.",
    extension: false,
    handler: handler!(change_by_body(ConnectorChange::Pipeline)),
};
