//! The endpoints of the secrets of connectors.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod put;

use tributary_secrets::Vault;

use crate::endpoint::{Call, Endpoint};
use crate::error::{ApiError, ErrorKind};

/// A secret in a request body.
const NEW_EXAMPLE: &str = r#"{"value": "the encoded API key of a connector"}"#;

/// The path parameter with the id.
const ID: &str = "id";

/// The base of the secret endpoints.
const BASE: Endpoint = Endpoint { errors: &[ErrorKind::NoSecretKeys], ..Endpoint::BASE };

/// The cipher, if this service was given a key.
fn vault(call: &Call) -> Result<&Vault, ApiError> {
    call.state.vault.as_deref().ok_or(ApiError::NoSecretKeys)
}
