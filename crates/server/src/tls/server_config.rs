//! From the contents of the files to what TLS is accepted with.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys, RootCertStore, ServerConfig};

use super::certificate::CertificateFacts;
use super::error::{FileRole, TlsError};
use super::files::{Contents, TlsFiles};

/// The protocols over TLS, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How connections are accepted with these contents, and the certificates that they consist of.
pub(super) fn build(
    files: &TlsFiles,
    contents: &Contents,
) -> Result<(ServerConfig, Vec<CertificateFacts>), TlsError> {
    let provider = Arc::new(default_provider());
    let (chain, mut facts) = certificates(FileRole::Certificate, &files.certificate, &contents.certificate)?;
    let key = signing_key(&provider, &files.key, &contents.key)?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::Mismatch { key: files.key.clone(), certificate: files.certificate.clone() }
        }
        error => FileRole::Certificate.error(&files.certificate, error.to_string()),
    })?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?;
    let builder = match files.client_ca.as_ref().zip(contents.client_ca.as_ref()) {
        None => builder.with_no_client_auth(),
        Some((file, pem)) => {
            let (authorities, more) = certificates(FileRole::ClientAuthorities, file, pem)?;
            facts.extend(more);
            let roots = roots(file, authorities)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            let verifier =
                verifier.map_err(|error| FileRole::ClientAuthorities.error(file, error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    if files.client_ca.is_some() {
        // A resumed session is not verified again: it would outlive the certificate of the client.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok((config, facts))
}

/// The certificates of a file, at least one.
fn certificates(
    role: FileRole,
    file: &Path,
    pem: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, Vec<CertificateFacts>), TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| role.error(file, format!("it is no valid PEM: {error}")))?;
    if found.is_empty() {
        return Err(role.error(file, "it has no certificate; a block of BEGIN CERTIFICATE in PEM is needed"));
    }
    let read = |certificate| CertificateFacts::read(role, certificate);
    let facts: Result<Vec<_>, _> = found.iter().map(read).collect();
    let facts = facts.map_err(|error| role.error(file, format!("a certificate cannot be read: {error}")))?;
    Ok((found, facts))
}

/// The key of a file: PKCS#8, SEC1 or PKCS#1.
fn signing_key(provider: &CryptoProvider, file: &Path, pem: &[u8]) -> Result<Arc<dyn SigningKey>, TlsError> {
    let error = |reason: &str| FileRole::Key.error(file, reason);
    if pem.windows(9).any(|word| word == b"ENCRYPTED") {
        return Err(error(
            "it is encrypted, and nobody could type its password; store it decrypted, by `openssl pkey -in FILE -out \
             DECRYPTED`, where nobody else may read it",
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        error("it has no private key; a block of BEGIN PRIVATE KEY, BEGIN EC PRIVATE KEY or BEGIN RSA PRIVATE KEY in PEM is needed")
    })?;
    provider.key_provider.load_private_key(key).map_err(|_| {
        error(
            "the key is not supported; RSA of 2048 to 8192 bits, ECDSA over P-256 or P-384, and Ed25519 are",
        )
    })
}

fn roots(file: &Path, authorities: Vec<CertificateDer<'static>>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(|error| FileRole::ClientAuthorities.error(file, error.to_string()))?;
    }
    Ok(roots)
}

#[cfg(test)]
#[path = "server_config_tests.rs"]
mod tests;
