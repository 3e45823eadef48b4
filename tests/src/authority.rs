//! A certificate authority of the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use sha2::{Digest as _, Sha256};

const DAY: Duration = Duration::from_hours(24);

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate in PEM.
    pem: String,
    /// The SHA-256 digest of its certificate.
    digest: Vec<u8>,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// For `localhost` and `127.0.0.1`.
    Service,
    /// Of a client.
    Client,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate, and below it those between it and the authority, in PEM.
    pub certificate: String,
    /// The private key, in PEM.
    pub key: String,
}

/// The files of a certificate and its key.
#[derive(Debug, Clone)]
pub struct IssuedFiles {
    /// The certificates.
    pub certificate: PathBuf,
    /// The key, which only the owner may read.
    pub key: PathBuf,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// One that signs itself.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let parameters = Self::parameters(name);
        let certificate = parameters.self_signed(&key).expect("a certificate");
        Self::of(&certificate, parameters, key)
    }

    /// One that this one has signed.
    ///
    /// # Panics
    /// If no key can be made.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let parameters = Self::parameters(name);
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        Self::of(&certificate, parameters, key)
    }

    fn of(certificate: &Certificate, parameters: CertificateParams, key: KeyPair) -> Self {
        let digest = Sha256::digest(certificate.der()).to_vec();
        Self { pem: certificate.pem(), digest, issuer: Issuer::new(parameters, key) }
    }

    fn parameters(name: &str) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters.not_after = (SystemTime::now() + 400 * DAY).into();
        parameters
    }

    /// The digest of its certificate, as clients want to be given it.
    pub fn fingerprint(&self) -> String {
        self.digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// Its certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate as a file in a folder.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn file(&self, folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        fs::write(&file, &self.pem).expect("a file can be written");
        file
    }

    /// A certificate that is valid for a year.
    pub fn issue(&self, usage: Usage, name: &str) -> Issued {
        self.issue_until(usage, name, SystemTime::now() + 365 * DAY)
    }

    /// A certificate that is valid until then.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn issue_until(&self, usage: Usage, name: &str, end: SystemTime) -> Issued {
        let names = match usage {
            Usage::Service => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            Usage::Client => Vec::new(),
        };
        let mut parameters = CertificateParams::new(names).expect("names of a certificate");
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.extended_key_usages = vec![match usage {
            Usage::Service => ExtendedKeyUsagePurpose::ServerAuth,
            Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        parameters.not_before = (end - 400 * DAY).into();
        parameters.not_after = end.into();
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

impl Issued {
    /// The files of it in a folder.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn files(&self, folder: &Path, name: &str) -> IssuedFiles {
        let certificate = folder.join(format!("{name}.pem"));
        fs::write(&certificate, &self.certificate).expect("a file can be written");
        let key = folder.join(format!("{name}-key.pem"));
        write_private(&key, &self.key);
        IssuedFiles { certificate, key }
    }
}

/// Writes a file that only the owner may read.
///
/// # Panics
/// If it cannot be written.
pub fn write_private(file: &Path, text: &str) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).expect("a file can be written");
}
