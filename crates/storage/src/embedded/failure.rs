//! What went wrong below the store, told apart by what is to be done about it.

use std::error::Error;
use std::io;

use crate::{OpenError, StoreError};

/// A failed operation on the files of a store.
#[derive(Debug)]
pub(super) enum Failure {
    /// Somebody else has the files open.
    Locked,
    /// The system does not let this process do it.
    Forbidden,
    /// The disk, the quota or the allowed length of a file is used up.
    NoSpace(String),
    /// The content is not what was written, in words.
    Damaged(String),
    /// The files are not where they were opened, or others are.
    Gone,
    /// Anything else.
    Other(Box<dyn Error + Send + Sync>),
}

impl Failure {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// What the one who opens the store is told.
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

    /// What the one who writes is told; `folder` is where to look.
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
            // A limit on the length of files or a quota is, to those who wait, a full disk too.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::NoSpace(error.to_string())
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Forbidden,
            // How redb says that a file is none of its own, or ends too early.
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
            // No version of this store has written another format of redb than the one that is read.
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

/// Errors of redb's steps, by way of the one that stands for all.
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
