//! Start-up errors.

use std::path::PathBuf;

use tributary_storage::OpenError;

use crate::audit::AuditError;
use crate::secret_keys::SecretKeysError;
use crate::security::SecurityError;
use crate::tls::TlsError;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Includes the output of `--help`, which is no failure; clap prints it.
    #[error(transparent)]
    CommandLine(clap::Error),
    #[error("the text cannot be written to standard output: {0}")]
    Printing(#[source] std::io::Error),
    #[error("the configuration file {file}: {reason}", file = file.display())]
    File { file: PathBuf, reason: String },
    #[error("the configuration file, table [{scheme}]: {error}")]
    Table { scheme: String, error: OpenError },
    #[error("the environment variable {variable}: {reason}")]
    Variable { variable: String, reason: String },
    #[cfg(feature = "search")]
    #[error("the engine of the content indices: {0}")]
    Content(String),
    #[error(transparent)]
    SecretKeys(#[from] SecretKeysError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Security(#[from] SecurityError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    Store(#[from] OpenError),
    #[error(
        "cannot listen on {address}: the address is in use by another process; stop that one, or choose another with --listen"
    )]
    AddressInUse { address: String },
    #[error(
        "cannot listen on {address}: no permission; ports below 1024 need it, choose another with --listen"
    )]
    AddressForbidden { address: String },
    #[error("cannot listen on {address}: {reason}; --listen takes ADDRESS:PORT, such as 127.0.0.1:9200")]
    Address { address: String, reason: String },
    #[error("the thread for the access log cannot be started: {0}")]
    Logging(#[source] std::io::Error),
    #[error("signals cannot be listened to: {0}")]
    Signals(#[source] std::io::Error),
    #[error("the service failed: {0}")]
    Serving(#[source] std::io::Error),
    #[error("the store was not closed well: {0}")]
    Closing(#[source] tributary_storage::StoreError),
}

impl StartError {
    pub(crate) fn listening(address: &str, error: &std::io::Error) -> Self {
        let address = address.to_owned();
        match error.kind() {
            std::io::ErrorKind::AddrInUse => Self::AddressInUse { address },
            std::io::ErrorKind::PermissionDenied => Self::AddressForbidden { address },
            _ => Self::Address { address, reason: error.to_string() },
        }
    }
}
