//! What can go wrong with a store.

use std::error::Error;

/// Why a call to a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such document.
    #[error("the document does not exist")]
    NotFound,
    /// The document is not in the state that was expected: it exists already, or somebody changed it.
    #[error("the document was changed by somebody else")]
    Conflict,
    /// Another live connector has the index name.
    #[error("index name [{index_name}] is already used by connector [{connector_id}]")]
    IndexNameTaken {
        /// The index that both want.
        index_name: String,
        /// The connector that has it.
        connector_id: String,
    },
    /// The store cannot keep a document of this content; another store may. Nothing was stored.
    #[error("the store cannot keep the document: {0}")]
    Rejected(String),
    /// The store cannot be reached, or cannot take changes now; later the same call may succeed.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The store takes no changes until somebody lifts what blocks it: a full disk of its server, an
    /// index that was made read-only. Reading goes on.
    #[error("the store takes no changes: {0}")]
    Blocked(String),
    /// The store does not let this process in, or not do this.
    #[error("the store refuses access: {0}")]
    Denied(String),
    /// Anything else.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A store that cannot take the call now, in words.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable(reason.into().into())
    }
}

/// Why a store could not be opened; the text says what is wrong and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No backend has this scheme.
    #[error("no store has the scheme [{scheme}]; {hint}known are: {known}")]
    UnknownScheme {
        /// What stands before the first colon.
        scheme: String,
        /// What may be meant, with a semicolon behind it, or nothing.
        hint: String,
        /// The schemes that are registered.
        known: String,
    },
    /// The backend has no setting of this name.
    #[error("the store [{scheme}:] has no setting [{name}]; it has: {known}")]
    UnknownSetting {
        /// What stands before the first colon of its URLs.
        scheme: String,
        /// What was given.
        name: String,
        /// What can be set.
        known: String,
    },
    /// A setting has a value that it cannot have.
    #[error("the setting [{name}] of the store [{scheme}:] is wrong: {reason}")]
    InvalidSetting {
        /// What stands before the first colon of the backend's URLs.
        scheme: String,
        /// Which setting.
        name: String,
        /// What is wrong with it; without its value, which may be a secret.
        reason: String,
    },
    /// The server is not what its scheme says, or its data is not what this program can work with.
    #[error("{0}")]
    Unsuitable(String),
    /// What follows the scheme is not what the backend needs.
    #[error("the store [{url}] cannot be opened: {reason}")]
    InvalidLocation {
        /// The URL as it was given.
        url: String,
        /// What is needed.
        reason: String,
    },
    /// Another process has the folder.
    #[error("the folder {0} is in use by another process; stop that one, or choose another folder")]
    Locked(String),
    /// The folder cannot be read or written.
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
    /// The stored data is not as it was written.
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
