//! Maps the error of a use case to its row in the error table.

use tributary_service::ServiceError;
use tributary_service::access::Unauthenticated;
use tributary_storage::StoreError;

use super::api_error::ApiError;

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusal) => refusal.into(),
            ServiceError::Store(error) => error.into(),
            // Details of keys and stored data are for the operator, not the client.
            ServiceError::Secret(error) => Self::Internal(error.into()),
        }
    }
}

impl From<Unauthenticated> for ApiError {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Store(error) => error.into(),
            error => Self::Unauthenticated(error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable(_) => Self::Unavailable(error),
            StoreError::Rejected(reason) => Self::Rejected(reason),
            StoreError::Blocked(reason) => Self::Blocked(reason),
            StoreError::Denied(_) => Self::Denied(error),
            StoreError::OutOfScope { .. } => Self::OutOfScope(error),
            other => Self::Internal(other.into()),
        }
    }
}
