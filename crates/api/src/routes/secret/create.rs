//! `POST /_connector/_secret`: a new secret.

use actix_web::http::Method;
use tributary_secrets::NewSecret;
use tributary_service::secret;

use super::{NEW_EXAMPLE, vault};
use crate::answer::{Created, Reply};
use crate::endpoint::{Answer, Body, Call, Content, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.secret_post",
    method: Method::POST,
    path: "/_connector/_secret",
    parameters: &[],
    body: Body::Required(Content::of::<NewSecret>(NEW_EXAMPLE)),
    answers: &[Answer {
        status: 201,
        description: "The secret is stored, under this id.",
        content: Content::of::<Created<'_>>(r#"{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#),
    }],
    errors: &[ErrorKind::MissingBody, ErrorKind::NoSecretKeys],
    summary: "Stores a secret of a connector, encrypted, under a new id.",
    extension: false,
    handler: handler!(create),
};

async fn create(call: Call) -> Result<Reply, ApiError> {
    let vault = vault(&call)?;
    let id = secret::create(call.store(), vault, &call.context(), call.body()?).await?;
    Ok(Reply::created(id.as_str()))
}
