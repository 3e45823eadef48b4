//! The errors of stores.

use std::error::Error;

use tributary_domain::QueryError;

/// Why a call to a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such document.
    #[error("the document does not exist")]
    NotFound,
    /// The document is not in the expected state: it exists already, or it was changed.
    #[error("the document was changed by somebody else")]
    Conflict,
    /// Another live connector has the index name.
    #[error("index name [{index_name}] is already used by connector [{connector_id}]")]
    IndexNameTaken {
        /// The index name.
        index_name: String,
        /// The connector with that index name.
        connector_id: String,
    },
    /// The moment whose order a list was to have is too long ago, or was never one of this store.
    #[error("the order of the list at its first page is not known any more")]
    PointInTimeGone,
    /// The store does not support a document with this content; another store may. Nothing was stored.
    #[error("the store does not take this: {0}")]
    Rejected(String),
    /// The store cannot be reached or cannot take changes at the moment; the same call may succeed later.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The store is read-only until the cause is fixed, such as a full disk or a write block on an index. Reads work.
    #[error("the store takes no changes: {0}")]
    Blocked(String),
    /// The store denies this process access, or this operation.
    #[error("the store refuses access: {0}")]
    Denied(String),
    /// The caller is limited to some connectors, and the document belongs, or would belong, to another one. No backend
    /// fails with this.
    #[error("the {noun} [{id}] is outside the connectors that the caller is limited to")]
    OutOfScope {
        /// What kind of document it is.
        noun: &'static str,
        /// Its id.
        id: String,
    },
    /// Anything else.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// [`Unavailable`](Self::Unavailable), with a reason.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable(reason.into().into())
    }
}

/// A query that the schema does not allow is rejected.
impl From<QueryError> for StoreError {
    fn from(error: QueryError) -> Self {
        Self::Rejected(error.to_string())
    }
}

/// Why a store could not be opened; the message says what is wrong and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No backend has this scheme.
    #[error("no store has the scheme [{scheme}]; {hint}known are: {known}")]
    UnknownScheme {
        /// What stands before the first colon.
        scheme: String,
        /// A suggestion that ends with a semicolon, or empty.
        hint: String,
        /// The schemes that are registered.
        known: String,
    },
    /// The backend has no setting of this name.
    #[error("the store [{scheme}:] has no setting [{name}]; it has: {known}")]
    UnknownSetting {
        /// What stands before the first colon of its URLs.
        scheme: String,
        /// The unknown name.
        name: String,
        /// The known settings.
        known: String,
    },
    /// A setting has an invalid value.
    #[error("the setting [{name}] of the store [{scheme}:] is wrong: {reason}")]
    InvalidSetting {
        /// What stands before the first colon of the backend's URLs.
        scheme: String,
        /// Which setting.
        name: String,
        /// What is wrong with it, without the value, which may be a secret.
        reason: String,
    },
    /// The server is of another kind than the scheme says, or its data cannot be used.
    #[error("{0}")]
    Unsuitable(String),
    /// The location in the URL is invalid.
    #[error("the store [{url}] cannot be opened: {reason}")]
    InvalidLocation {
        /// The URL as it was given.
        url: String,
        /// What is wrong with it, or what it must be.
        reason: String,
    },
    /// Another process has the folder.
    #[error("the folder {0} is in use by another process; stop that one, or choose another folder")]
    Locked(String),
    /// The process may not read or write the folder.
    #[error("no permission to {action} in {folder}; give the user that runs this process write access to it")]
    PermissionDenied {
        /// What was tried.
        action: String,
        /// Where.
        folder: String,
    },
    /// There is no space left.
    #[error("no space left on the disk of {0}; free some, nothing that was acknowledged is lost")]
    DiskFull(String),
    /// The stored data is corrupt.
    #[error(
        "the data in {folder} is damaged: {what}; restore the folder from a backup, or move it away to start \
         with an empty store"
    )]
    Damaged {
        /// Where.
        folder: String,
        /// What is wrong with it.
        what: String,
    },
    /// Anything else.
    #[error("the store cannot be opened: {0}")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
