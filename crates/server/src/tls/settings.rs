//! The settings of TLS.

use std::path::PathBuf;

use clap::Args;

use super::error::TlsError;
use super::files::TlsFiles;
use crate::setting_values::path;

/// Where the certificates and the key are.
#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_field_names, reason = "flags are named after them")]
pub(crate) struct TlsSettings {
    /// A PEM file with the certificate of the service, followed by those between it and its authority: the service then
    /// speaks HTTPS only. It is read again when it changes, and on SIGHUP, like the other files of TLS
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_TLS_CERTIFICATE", value_parser = path())]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// A PEM file with the private key of the certificate, not encrypted, which not everybody should be able to read
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_TLS_KEY", value_parser = path())]
    pub(crate) tls_key: Option<PathBuf>,
    /// A PEM file with certificate authorities: clients have to present a certificate that one of them has signed
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_TLS_CLIENT_CA", value_parser = path())]
    pub(crate) tls_client_ca: Option<PathBuf>,
}

impl TlsSettings {
    /// The files; `None` without TLS.
    pub(super) fn files(&self) -> Result<Option<TlsFiles>, TlsError> {
        let client_ca = self.tls_client_ca.clone();
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(TlsFiles { certificate: certificate.clone(), key: key.clone(), client_ca }))
            }
            (Some(_), None) => Err(TlsError::NoKey),
            (None, Some(_)) => Err(TlsError::NoCertificate),
            (None, None) if client_ca.is_some() => Err(TlsError::OnlyClients),
            (None, None) => Ok(None),
        }
    }
}
