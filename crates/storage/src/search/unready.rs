//! Why a server or an index cannot be worked with.

use super::problem::same;
use crate::StoreError;

/// Why a server or an index cannot be worked with.
#[derive(Debug)]
pub(super) enum Unready {
    /// It can be tried again later.
    Store(StoreError),
    /// Somebody has to do something, in words.
    Unsuitable(String),
}

impl Unready {
    /// The error that a call meets.
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
