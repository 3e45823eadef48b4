//! The errors of use cases.

use std::sync::Arc;

use tributary_domain::Refusal;
use tributary_secrets::{SecretError, UnusableKeys};
use tributary_storage::{ChangeError, StoreError};

/// Why a use case failed; each cause is kept as the source.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The request violates a rule, or its subject does not exist. The message is meant for the caller.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error("the store did not carry it out")]
    Store(#[source] StoreError),
    /// The secret could not be encrypted or decrypted, which requires an operator.
    #[error("the secret could not be encrypted or decrypted")]
    Secret(#[source] SecretError),
}

/// The result of a use case.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

const POINT_IN_TIME_GONE: &str = "the order that the list had at its first page is not known any more: that was too long \
                                  ago, too much has changed since then, or it was another store; begin again, with \
                                  [cursor=] for the first page";

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::IndexNameTaken { index_name, connector_id } => {
                Refusal::IndexNameTaken { index_name, connector_id }.into()
            }
            StoreError::PointInTimeGone => Refusal::InvalidArgument(POINT_IN_TIME_GONE.to_owned()).into(),
            other => Self::Store(other),
        }
    }
}

/// A copy of an error that several callers receive.
pub(crate) fn repeated(error: &Arc<StoreError>) -> StoreError {
    match &**error {
        StoreError::Denied(reason) => StoreError::Denied(reason.clone()),
        StoreError::Unavailable(_) => StoreError::Unavailable(Arc::clone(error).into()),
        _ => StoreError::Backend(Arc::clone(error).into()),
    }
}

impl From<ChangeError> for ServiceError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<SecretError> for ServiceError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Change(error) => error.into(),
            SecretError::Keys(UnusableKeys::Store(error)) => error.into(),
            other => Self::Secret(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn what_the_caller_can_correct_is_a_refusal() {
        let taken = || StoreError::IndexNameTaken { index_name: "i".into(), connector_id: "c".into() };
        for error in [
            ServiceError::from(taken()),
            ChangeError::from(taken()).into(),
            SecretError::from(Refusal::SecretNotFound("s".into())).into(),
        ] {
            assert!(matches!(error, ServiceError::Refused(_)), "{error:?}");
        }
    }

    #[test]
    fn causes_are_kept() {
        let broken = || StoreError::Backend("the cause".into());
        for error in [
            ServiceError::from(broken()),
            ChangeError::from(broken()).into(),
            SecretError::from(broken()).into(),
            SecretError::Keys(UnusableKeys::Store(broken())).into(),
        ] {
            assert!(matches!(error, ServiceError::Store(_)), "{error:?}");
            assert_eq!(error.source().unwrap().to_string(), "the store failed: the cause");
        }
        let altered = ServiceError::from(SecretError::Altered("s".into()));
        assert!(altered.source().unwrap().to_string().contains("[s]"), "{altered:?}");
    }
}
