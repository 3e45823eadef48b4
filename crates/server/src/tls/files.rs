//! The files of TLS, and reading them.

use std::fs;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::error::{FileRole, TlsError};
use crate::private_file::{self, Exposure};

/// Where the files are.
#[derive(Debug, Clone)]
pub(super) struct TlsFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    pub(super) client_ca: Option<PathBuf>,
}

/// What is in the files. Contents are compared, not times: files may be replaced by others, by links and with any time.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Zeroizing<Vec<u8>>,
    pub(super) client_ca: Option<Vec<u8>>,
}

impl TlsFiles {
    /// Reads all of them.
    pub(super) fn read(&self) -> Result<Contents, TlsError> {
        let public = |role: FileRole, file: &PathBuf| {
            fs::read(file).map_err(|error| role.error(file, format!("it cannot be read: {error}")))
        };
        Ok(Contents {
            certificate: public(FileRole::Certificate, &self.certificate)?,
            key: private_file::read(&self.key, Exposure::Warned)
                .map_err(|reason| FileRole::Key.error(&self.key, reason))?,
            client_ca: self
                .client_ca
                .as_ref()
                .map(|file| public(FileRole::ClientAuthorities, file))
                .transpose()?,
        })
    }
}
