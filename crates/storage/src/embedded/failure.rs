//! Failures of file operations, by the action that they call for.

use std::error::Error;
use std::io;

use crate::{OpenError, StoreError};

/// A failed operation on the files of a store.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another process has the files open.
    Locked,
    /// The process lacks the permission.
    Forbidden,
    /// The disk is full, or the quota or the maximum file size is reached.
    NoSpace(String),
    /// The content is corrupt, and how.
    Damaged(String),
    /// The files were removed or replaced while open.
    Gone,
    /// Anything else.
    Other(Box<dyn Error + Send + Sync>),
}

impl Failure {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// The error of opening a store.
    pub(super) fn into_open_error(self, folder: &str) -> OpenError {
        let folder = folder.to_owned();
        match self {
            Self::Locked => OpenError::Locked(folder),
            Self::Forbidden => {
                OpenError::PermissionDenied { action: "read and write files".to_owned(), folder }
            }
            Self::NoSpace(_) => OpenError::DiskFull(folder),
            Self::Damaged(what) => OpenError::Damaged { folder, what },
            Self::Gone => OpenError::Backend(format!("the folder {folder} was removed or replaced").into()),
            Self::Other(error) => OpenError::Backend(format!("the folder {folder}: {error}").into()),
        }
    }

    /// The error of a write; `folder` is named in the message.
    pub(super) fn to_store_error(&self, folder: &str) -> StoreError {
        match self {
            Self::NoSpace(reason) => StoreError::unavailable(format!(
                "no space left on the disk of {folder} ({reason}); nothing was changed, reading goes on, and writing \
                 as soon as there is space"
            )),
            Self::Locked => {
                StoreError::Backend(format!("another process opened the files in {folder}").into())
            }
            Self::Forbidden => StoreError::Backend(format!("no permission to write in {folder}").into()),
            Self::Damaged(what) => {
                StoreError::Backend(format!("the data in {folder} is damaged: {what}").into())
            }
            Self::Gone => StoreError::unavailable(format!(
                "the files in {folder} were removed or replaced while they were open; nothing was changed, put \
                 back the folder itself to go on, or start again with what is there now"
            )),
            Self::Other(error) => StoreError::Backend(format!("writing in {folder}: {error}").into()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A file size limit or a quota has the same effect as a full disk.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::NoSpace(error.to_string())
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Forbidden,
            // redb's errors for a file that is not a database or is truncated.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Other(error.into()),
        }
    }
}

impl From<redb::Error> for Failure {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(error) => error.into(),
            redb::Error::DatabaseAlreadyOpen => Self::Locked,
            redb::Error::Corrupted(what) => Self::Damaged(what),
            // All versions of this store write the redb format that is read here.
            redb::Error::UpgradeRequired(format) => {
                Self::Damaged(format!("the header names the file format {format}, which was never written"))
            }
            redb::Error::TableDoesNotExist(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TypeDefinitionChanged { .. } => Self::Damaged(error.to_string()),
            error => Self::Other(error.into()),
        }
    }
}

/// Converts redb's specific errors by way of `redb::Error`.
macro_rules! from_redb {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}
from_redb!(
    redb::DatabaseError,
    redb::TransactionError,
    redb::SetDurabilityError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError
);
