//! What has to be known of a certificate: whose it is, and when it expires.

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::error::FileRole;

/// A certificate of one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CertificateFacts {
    /// The file that it is in.
    pub(super) role: FileRole,
    /// Whose it is, such as `CN=search.example.org`.
    pub(super) subject: String,
    /// The last second at which it is valid, since 1970.
    pub(super) expires_at: i64,
}

impl CertificateFacts {
    /// Reads a certificate; the error says why it is none.
    pub(super) fn read(role: FileRole, certificate: &CertificateDer<'_>) -> Result<Self, String> {
        let (_, read) = X509Certificate::from_der(certificate).map_err(|error| error.to_string())?;
        let expires_at = read.validity().not_after.timestamp();
        Ok(Self { role, subject: read.subject().to_string(), expires_at })
    }
}
