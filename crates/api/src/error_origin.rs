//! Which error of the table it is that a store, a change or a secret met.

use tributary_domain::Refusal;
use tributary_secrets::{SecretError, UnusableKeys};
use tributary_storage::{ChangeError, StoreError};

use crate::error::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::IndexNameTaken { index_name, connector_id } => {
                Refusal::IndexNameTaken { index_name, connector_id }.into()
            }
            StoreError::Unavailable(_) => Self::Unavailable(error),
            StoreError::Rejected(reason) => Self::Rejected(reason),
            StoreError::Blocked(reason) => Self::Blocked(reason),
            StoreError::Denied(_) => Self::Denied(error),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Store(error) => error.into(),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Change(error) => error.into(),
            // What is wrong with keys or what is stored is for whoever runs the service.
            SecretError::Keys(UnusableKeys::Store(error)) => error.into(),
            other => Self::Internal(other.into()),
        }
    }
}
