//! Why a server or an index is not usable.

use super::problem::same;
use crate::{OpenError, StoreError};

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

    /// Whether a server that is not ready may become ready without intervention: if it is starting, requests are
    /// answered with 503 until then. `settings` is what the settings are called by.
    pub(super) fn check_start(&self, settings: &str) -> Result<(), OpenError> {
        let reason = match self {
            Self::Unsuitable(reason) => reason.clone(),
            Self::Store(error @ StoreError::Denied(_)) => {
                format!("{error}; set [user] and [password], or [api_key], of [{settings}]")
            }
            Self::Store(error @ (StoreError::Unavailable(_) | StoreError::Blocked(_))) => {
                tracing::warn!(%error, "the search engine is not ready");
                return Ok(());
            }
            Self::Store(error) => error.to_string(),
        };
        Err(OpenError::Unsuitable(reason))
    }
}

impl From<StoreError> for Unready {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
