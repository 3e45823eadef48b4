//! The endpoints of the secrets of connectors.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod put;

use tributary_secrets::Vault;

use crate::endpoint::{Call, Endpoint};
use crate::error::{ApiError, ErrorKind};

/// A secret as a client sends it.
const NEW_EXAMPLE: &str = r#"{"value": "the encoded API key of a connector"}"#;

/// The name of the id in the paths.
const ID: &str = "id";

/// What the endpoints of secrets have in common.
const BASE: Endpoint = Endpoint { errors: &[ErrorKind::NoSecretKeys], ..Endpoint::BASE };

/// What encrypts and decrypts, if this service was given a key.
fn vault(call: &Call) -> Result<&Vault, ApiError> {
    call.state.vault.as_deref().ok_or(ApiError::NoSecretKeys)
}
