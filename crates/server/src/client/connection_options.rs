//! The options of every command that asks a running service: how it is trusted, and who asks.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::{Certificate, ClientBuilder, Identity};
use zeroize::Zeroizing;

use super::failure::ClientFailure;
use crate::private_file::{self, Exposure};
use crate::setting_values::path;

/// How a service is trusted, and who asks it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionOptions {
    /// A PEM file with the authorities that the certificate of the service is signed by, besides those of the system
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CA_CERTIFICATE", value_parser = path())]
    ca_certificate: Option<PathBuf>,
    /// Accept any certificate of the service; whoever is between can then read and change everything
    #[arg(long, conflicts_with = "ca_certificate")]
    insecure: bool,
    /// A PEM file with a certificate to present, for a service that asks clients for one
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CLIENT_CERTIFICATE", value_parser = path())]
    #[arg(requires = "client_key")]
    client_certificate: Option<PathBuf>,
    /// A PEM file with its private key, which not everybody should be able to read
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CLIENT_KEY", value_parser = path())]
    #[arg(requires = "client_certificate")]
    client_key: Option<PathBuf>,
}

impl ConnectionOptions {
    /// A client of HTTP with these options.
    pub(crate) fn http_client(&self) -> Result<ClientBuilder, ClientFailure> {
        // A process has one provider; it may be installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tributary/", env!("CARGO_PKG_VERSION")))
            .tls_danger_accept_invalid_certs(self.insecure);
        if let Some(file) = &self.ca_certificate {
            let certificates = Certificate::from_pem_bundle(&read(file)?).ok();
            let certificates = certificates.filter(|found| !found.is_empty());
            let certificates =
                certificates.ok_or_else(|| unusable(file, "it holds no certificate in PEM".to_owned()))?;
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some((certificate, key)) = self.client_certificate.as_ref().zip(self.client_key.as_ref()) {
            let mut pem = Zeroizing::new(read(certificate)?);
            pem.push(b'\n');
            pem.extend_from_slice(
                &private_file::read(key, Exposure::Warned).map_err(|reason| unusable(key, reason))?,
            );
            let identity = Identity::from_pem(&pem).map_err(|_| {
                let reason =
                    format!("it and {} hold no certificate with its private key in PEM", key.display());
                unusable(certificate, reason)
            })?;
            builder = builder.identity(identity);
        }
        Ok(builder)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, ClientFailure> {
    fs::read(file).map_err(|error| unusable(file, format!("it cannot be read: {error}")))
}

fn unusable(file: &Path, reason: String) -> ClientFailure {
    ClientFailure::File { file: file.display().to_string(), reason }
}
