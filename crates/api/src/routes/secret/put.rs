//! `PUT /_connector/_secret/{id}`: creates a secret with a given id, or replaces its value.

use actix_web::http::Method;
use tributary_secrets::NewSecret;
use tributary_service::secret;

use super::{BASE, ID, NEW_EXAMPLE, vault};
use crate::answer::{Reply, SecretPut};
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.secret_put",
    method: Method::PUT,
    path: "/_connector/_secret/{id}",
    access: Access::Needs(Privilege::WriteConnectorSecrets),
    body: Body::Required(Content::of::<NewSecret>(NEW_EXAMPLE)),
    answers: &[
        Answer {
            status: 201,
            description: "The secret is stored.",
            content: Content::of::<SecretPut>(r#"{"result": "created"}"#),
        },
        Answer {
            status: 200,
            description: "There was one, and it has this value now.",
            content: Content::of::<SecretPut>(r#"{"result": "updated"}"#),
        },
    ],
    summary: "Stores a secret of a connector, encrypted, or gives one that is there another value.",
    handler: handler!(put),
    ..BASE
};

async fn put(call: Call) -> Result<Reply, ApiError> {
    let vault = vault(&call)?;
    let new = call.body()?;
    let outcome = secret::put(call.store(), vault, &call.context(), &call.id(ID)?, new).await?;
    Ok(Reply::secret_put(outcome))
}
