//! `GET /_connector/_secret/{id}`: returns the value of a secret.

use tributary_service::secret;

use super::{BASE, ID, vault};
use crate::answer::{Reply, Secret};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.secret_get",
    path: "/_connector/_secret/{id}",
    access: Access::Needs(Privilege::ReadConnectorSecrets),
    answers: &[Answer {
        status: 200,
        description: "The secret.",
        content: Content::of::<Secret<'_>>(
            r#"{"id": "secret-1", "value": "the encoded API key of a connector"}"#,
        ),
    }],
    errors: &[ErrorKind::NotFound, ErrorKind::NoSecretKeys],
    summary: "Answers one secret of a connector with its value.",
    handler: handler!(get),
    ..BASE
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let vault = vault(&call)?;
    let id = call.id(ID)?;
    let value = secret::get(call.store(), vault, &call.context(), &id).await?;
    Ok(Reply::json(&Secret { id: id.as_str(), value: value.expose() }))
}
