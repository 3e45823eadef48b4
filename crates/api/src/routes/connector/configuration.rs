//! `PUT …/{id}/_configuration`: what has to be known to reach the source of a connector.

use actix_web::http::Method;
use tributary_domain::{ConnectorConfiguration, DRY_RUN_PARAMETERS};

use super::change_unless_dry_run;
use crate::call::Call;
use crate::content::Content;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_configuration",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_configuration",
    parameters: DRY_RUN_PARAMETERS,
    body: Body::Required(Content::of::<ConnectorConfiguration>(
        r#"{"values": {"host": "db.example.org", "port": 5432}}"#,
    )),
    answers: &[Answer::TRIED_OR_CHANGED],
    errors: &[
        ErrorKind::MissingBody,
        ErrorKind::MalformedBody,
        ErrorKind::ValidationFailed,
        ErrorKind::UnknownConfigurationFields,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
    ],
    summary: "Replaces the configuration of a connector, or changes values in the one it has.",
    extension: false,
    handler: handler!(configuration, in_background),
};

async fn configuration(call: Call) -> Result<Reply, ApiError> {
    let wanted: ConnectorConfiguration = call.body()?;
    change_unless_dry_run(&call, |connector, _, _| connector.set_configuration(&wanted)).await
}
