//! `PUT …/{id}/_service_type`: the kind of source that a connector reads.

use actix_web::http::Method;
use tributary_domain::ConnectorServiceType;

use super::change;
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_service_type",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_service_type",
    parameters: &[],
    body: Body::Required(Content::of::<ConnectorServiceType>(r#"{"service_type": "postgresql"}"#)),
    answers: &[Answer::CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Changes the kind of source that a connector reads.",
    extension: false,
    handler: handler!(service_type),
};

async fn service_type(call: Call) -> Result<Reply, ApiError> {
    let wanted: ConnectorServiceType = call.body()?;
    change(&call, |connector, _, _| connector.set_service_type(&wanted.service_type)).await
}
