//! What SQLite says when something goes wrong, told in the words of the contract: here, and only here.

use std::path::Path;

use rusqlite::ErrorCode;
use tributary_domain::{Collection, DocumentError, Id, QueryError};
use tributary_storage::{OpenError, StoreError};

/// Why a call could not be done at all, whatever was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The store was closed before.
    Closed,
    /// Other calls of this process held the connection for too long.
    Crowded,
    /// The thread of the call ended without an answer: a bug, or the end of the process.
    Lost(tokio::task::JoinError),
    /// The store was opened without this collection.
    UnknownCollection(Collection),
    /// The collection does not declare what the query asks for.
    Query(QueryError),
    /// Another version of the program has the file, and has derived what finds documents for itself.
    AnotherSchema,
    /// The file has the tables of somebody else; the text says whose.
    Foreign(&'static str),
    /// The moment whose order a list was to have is not kept any more.
    PointInTimeGone,
    /// What is stored is no document.
    Unreadable(Id, DocumentError),
    /// SQLite says no.
    Sqlite(rusqlite::Error),
}

impl Failure {
    /// What the caller is told. Takes a reference, since a call with many documents tells it many times.
    pub(crate) fn to_store_error(&self) -> StoreError {
        match self {
            Self::Closed => StoreError::unavailable("it was closed"),
            Self::Crowded => StoreError::unavailable("too many calls wait for the file"),
            Self::Lost(error) => StoreError::Backend(error.to_string().into()),
            Self::UnknownCollection(collection) => {
                StoreError::Rejected(format!("the store was opened without [{collection:?}]"))
            }
            Self::Query(error) => StoreError::Rejected(error.to_string()),
            Self::AnotherSchema => {
                StoreError::unavailable("another version of this program uses the file; stop one of them")
            }
            Self::Foreign(what) => StoreError::Backend(format!("the file {what}").into()),
            Self::PointInTimeGone => StoreError::PointInTimeGone,
            Self::Unreadable(id, error) => StoreError::Backend(format!("document [{id}]: {error}").into()),
            Self::Sqlite(error) => sqlite_error(error),
        }
    }
}

fn sqlite_error(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        // Another process writes; and what a disk that fails has kept, only the next start knows.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::SystemIoFailure) => {
            StoreError::unavailable(text)
        }
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => StoreError::Blocked(text),
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            StoreError::Denied(text)
        }
        Some(ErrorCode::TooBig) => StoreError::Rejected(text),
        _ => StoreError::Backend(text.into()),
    }
}

/// What the one who opens a file is told.
pub(crate) fn open_error(file: &Path, failure: Failure) -> OpenError {
    let folder = file.display().to_string();
    let error = match failure {
        Failure::Sqlite(error) => error,
        Failure::Foreign(what) => return OpenError::Unsuitable(format!("the file {folder} {what}")),
        Failure::Unreadable(id, error) => {
            return OpenError::Damaged { folder, what: format!("document [{id}]: {error}") };
        }
        other => return OpenError::Backend(other.to_store_error().into()),
    };
    let action = || "read and write the file".to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) if file.is_dir() => invalid_location(file, "it is a folder, not a file"),
        Some(ErrorCode::CannotOpen) if !file.parent().is_some_and(Path::is_dir) => {
            invalid_location(file, "its folder does not exist")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            OpenError::PermissionDenied { action: action(), folder }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(folder),
        Some(ErrorCode::DiskFull) => OpenError::DiskFull(folder),
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { folder, what: error.to_string() },
        Some(ErrorCode::NotADatabase) => {
            OpenError::Unsuitable(format!("the file {folder} is no SQLite file"))
        }
        _ => OpenError::Backend(error.into()),
    }
}

fn invalid_location(file: &Path, reason: &str) -> OpenError {
    OpenError::InvalidLocation { url: format!("sqlite:{}", file.display()), reason: reason.to_owned() }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.to_store_error()
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_can_be_done_about_a_failure_decides_what_it_is() {
        let told = |code| Failure::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)).into();
        assert!(matches!(told(ffi::SQLITE_BUSY), StoreError::Unavailable(_)));
        assert!(matches!(told(ffi::SQLITE_BUSY_SNAPSHOT), StoreError::Unavailable(_)));
        assert!(matches!(told(ffi::SQLITE_IOERR_FSYNC), StoreError::Unavailable(_)));
        assert!(matches!(told(ffi::SQLITE_FULL), StoreError::Blocked(_)));
        assert!(matches!(told(ffi::SQLITE_READONLY), StoreError::Blocked(_)));
        assert!(matches!(told(ffi::SQLITE_PERM), StoreError::Denied(_)));
        assert!(matches!(told(ffi::SQLITE_TOOBIG), StoreError::Rejected(_)));
        assert!(matches!(told(ffi::SQLITE_CORRUPT), StoreError::Backend(_)));
    }
}
