//! Why TLS cannot be served.

use std::io;
use std::path::{Path, PathBuf};

/// Why TLS cannot be served with the settings and files as they are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error(
        "--tls-certificate is given without --tls-key; give the private key of the certificate too, or neither of them \
         for plain HTTP"
    )]
    NoKey,
    #[error(
        "--tls-key is given without --tls-certificate; give the certificate of the key too, or neither of them for \
         plain HTTP"
    )]
    NoCertificate,
    #[error(
        "--tls-client-ca is given without --tls-certificate and --tls-key; certificates of clients are part of TLS, \
         which needs those of the service"
    )]
    OnlyClients,
    #[error("the {role} in {file}: {reason}", role = role.name(), file = file.display())]
    File { role: FileRole, file: PathBuf, reason: String },
    #[error(
        "the key in {key} is not that of the certificate in {certificate}; its own certificate has to be the first one \
         there",
        key = key.display(),
        certificate = certificate.display()
    )]
    Mismatch { key: PathBuf, certificate: PathBuf },
    #[error("TLS cannot be set up: {0}")]
    Setup(#[source] tokio_rustls::rustls::Error),
    #[error("the signal SIGHUP cannot be listened to: {0}")]
    Signal(#[source] io::Error),
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileRole {
    Certificate,
    Key,
    ClientAuthorities,
}

impl FileRole {
    /// For messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Certificate => "TLS certificate",
            Self::Key => "TLS key",
            Self::ClientAuthorities => "TLS certificate authorities of clients",
        }
    }

    /// An error of the file.
    pub(super) fn error(self, file: &Path, reason: impl Into<String>) -> TlsError {
        TlsError::File { role: self, file: file.to_owned(), reason: reason.into() }
    }
}
