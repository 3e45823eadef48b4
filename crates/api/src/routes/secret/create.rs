//! `POST /_connector/_secret`: creates a secret.

use actix_web::http::Method;
use tributary_secrets::NewSecret;
use tributary_service::secret;

use super::{BASE, NEW_EXAMPLE, vault};
use crate::answer::{Created, Reply};
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.secret_post",
    method: Method::POST,
    path: "/_connector/_secret",
    access: Access::Needs(Privilege::WriteConnectorSecrets),
    body: Body::Required(Content::of::<NewSecret>(NEW_EXAMPLE)),
    answers: &[Answer {
        status: 201,
        description: "The secret is stored, under this id.",
        content: Content::of::<Created<'_>>(r#"{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#),
    }],
    summary: "Stores a secret of a connector, encrypted, under a new id.",
    handler: handler!(create),
    ..BASE
};

async fn create(call: Call) -> Result<Reply, ApiError> {
    let vault = vault(&call)?;
    let id = secret::create(call.store(), vault, &call.context(), call.body()?).await?;
    Ok(Reply::created(id.as_str()))
}
