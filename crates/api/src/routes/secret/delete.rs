//! `DELETE /_connector/_secret/{id}`: deletes a secret.

use actix_web::http::Method;
use tributary_service::secret;

use super::{BASE, ID, vault};
use crate::answer::{Deleted, Reply};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::{ApiError, ErrorKind};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.secret_delete",
    method: Method::DELETE,
    path: "/_connector/_secret/{id}",
    access: Access::Needs(Privilege::WriteConnectorSecrets),
    answers: &[Answer {
        status: 200,
        description: "It is deleted.",
        content: Content::of::<Deleted>(r#"{"deleted": true}"#),
    }],
    errors: &[ErrorKind::NotFound, ErrorKind::NoSecretKeys],
    summary: "Deletes one secret of a connector.",
    handler: handler!(delete),
    ..BASE
};

async fn delete(call: Call) -> Result<Reply, ApiError> {
    secret::delete(call.store(), vault(&call)?, &call.context(), &call.id(ID)?).await?;
    Ok(Reply::json(&Deleted { deleted: true }))
}
