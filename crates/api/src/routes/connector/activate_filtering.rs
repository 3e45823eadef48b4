//! `PUT …/{id}/_filtering/_activate`: the draft of the rules becomes active.

use actix_web::http::Method;

use super::change;
use crate::call::Call;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.update_active_filtering",
    method: Method::PUT,
    path: "/_connector/{connector_id}/_filtering/_activate",
    parameters: &[],
    body: Body::None,
    answers: &[Answer::CHANGED],
    errors: &[ErrorKind::DraftNotValid, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Makes the draft of the rules of a connector the active rules, if it is valid.",
    extension: false,
    handler: handler!(activate_filtering),
};

async fn activate_filtering(call: Call) -> Result<Reply, ApiError> {
    change(&call, |connector, id, _| connector.activate_filtering(id)).await
}
