//! Why a server or an index is not usable.

use super::problem::same;
use crate::StoreError;

/// Why a server or an index is not usable.
#[derive(Debug)]
pub(super) enum Unready {
    /// A temporary condition; it can be retried.
    Store(StoreError),
    /// The operator has to act; the message says how.
    Unsuitable(String),
}

impl Unready {
    /// The error of a call.
    pub(super) fn to_store_error(&self) -> StoreError {
        match self {
            Self::Unsuitable(reason) => StoreError::unavailable(reason.clone()),
            Self::Store(error) => same(error),
        }
    }
}

impl From<StoreError> for Unready {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
