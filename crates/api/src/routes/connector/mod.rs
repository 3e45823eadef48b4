//! The endpoints of connectors.

pub(super) mod activate_filtering;
pub(super) mod api_key_id;
pub(super) mod check_in;
pub(super) mod configuration;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod error;
pub(super) mod features;
pub(super) mod filtering;
pub(super) mod filtering_validation;
pub(super) mod get;
pub(super) mod index_name;
pub(super) mod last_sync;
pub(super) mod list;
pub(super) mod name;
pub(super) mod native;
pub(super) mod pipeline;
pub(super) mod put;
pub(super) mod scheduling;
pub(super) mod service_type;
pub(super) mod status;
pub(super) mod stream;

use actix_web::http::Method;
use serde::de::DeserializeOwned;
use tributary_service::connector::{self, ConnectorChange};

use crate::answer::Reply;
use crate::endpoint::{Answer, Call, Endpoint};
use crate::error::{ApiError, ErrorKind};
use crate::parameter::{Parameter, ParameterKind};

/// A connector in a request body.
const PROPERTIES_EXAMPLE: &str =
    r#"{"index_name": "search-orders", "service_type": "postgresql", "name": "Orders"}"#;

/// The path parameter with the id.
const ID: &str = "connector_id";

/// The base of the endpoints that change a connector.
const CHANGE: Endpoint = Endpoint {
    method: Method::PUT,
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::NotFound],
    ..Endpoint::BASE
};

const INCLUDE_DELETED: Parameter = Parameter {
    name: "include_deleted",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether connectors that were deleted softly are there as well.",
};
const DRY_RUN: Parameter = Parameter {
    name: "dry_run",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the change is only tried: the answer has its warnings, and nothing is stored; an extension.",
};

/// Changes the connector of the path.
async fn change(call: Call, change: ConnectorChange) -> Result<Reply, ApiError> {
    let changed = connector::change(call.store(), &call.context(), &call.id(ID)?, &change).await?;
    Ok(Reply::changed(changed.value).with_warnings(changed.warnings))
}

/// Changes the connector of the path with the body.
async fn change_by_body<B: DeserializeOwned>(
    call: Call,
    of_body: fn(B) -> ConnectorChange,
) -> Result<Reply, ApiError> {
    let wanted = of_body(call.body()?);
    change(call, wanted).await
}

/// The same; with `dry_run`, the change is only checked and the answer contains the warnings.
async fn change_or_try<B: DeserializeOwned>(
    call: Call,
    of_body: fn(B) -> ConnectorChange,
) -> Result<Reply, ApiError> {
    let wanted = of_body(call.body()?);
    if !call.arguments.boolean(&DRY_RUN)? {
        return change(call, wanted).await;
    }
    let tried = connector::dry_run(call.store(), &call.context(), &call.id(ID)?, &wanted).await?;
    Ok(Reply::tried(tried.value, &tried.warnings).with_warnings(tried.warnings))
}
