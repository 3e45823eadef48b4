//! `PUT …/{id}/_features`: what the worker of a connector can do.

use actix_web::http::Method;
use tributary_domain::ConnectorFeatures;

use super::change;
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_features",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_features",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorFeatures>(
        r#"{"features": {"document_level_security": {"enabled": true}, "sync_rules": {"basic": {"enabled": true}}}}"#,
    )),
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::MissingBody, ErrorKind::MalformedBody, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Switches features of a connector on or off; those that are not sent stay.",
    extension: false,
    handler: handler!(features),
};

async fn features(call: Call) -> Result<Reply, ApiError> {
    let wanted: ConnectorFeatures = call.body()?;
    change(&call, |connector, _, _| Ok(connector.set_features(&wanted.features))).await
}
