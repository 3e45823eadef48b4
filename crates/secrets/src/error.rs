//! What can be wrong with keys and with what was encrypted. No text has a key or a value in it.

use tributary_domain::Refusal;
use tributary_storage::{ChangeError, StoreError};

/// Why a text is no list of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is no key in it.
    #[error("there is no key in it; `tributary secrets generate-key` makes one")]
    Empty,
    /// A key is not what it has to be.
    #[error(
        "key number {0} is not 32 bytes in base64 or in hexadecimal digits; `tributary secrets generate-key` makes one"
    )]
    Malformed(usize),
}

/// Why a secret could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It was encrypted with a key that is not at hand.
    #[error("the secret [{id}] is encrypted with the key [{key}], which is not among those given")]
    UnknownKey {
        /// The secret.
        id: String,
        /// The fingerprint of the key.
        key: String,
    },
    /// It is not what was stored under its id.
    #[error("the secret [{0}] is not as it was stored: changed, damaged, or that of another id")]
    Altered(String),
    /// The keys do not fit what is stored.
    #[error(transparent)]
    Keys(#[from] UnusableKeys),
    /// The system has no random numbers to encrypt with.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The store did not do it, or there is no such secret.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl From<Refusal> for SecretError {
    fn from(refusal: Refusal) -> Self {
        Self::Change(refusal.into())
    }
}

impl From<StoreError> for SecretError {
    fn from(error: StoreError) -> Self {
        Self::Change(error.into())
    }
}

/// Why a service must not work with the keys that it was given, or without any.
#[derive(Debug, thiserror::Error)]
pub enum UnusableKeys {
    /// There are secrets and no keys.
    #[error(
        "the store holds {secrets} secrets, encrypted with [{needed}], and no key was given; give it in a file by \
         --secret-keys-file, or in TRIBUTARY_SECRET_KEYS"
    )]
    Missing {
        /// How many secrets there are.
        secrets: u64,
        /// The fingerprints of the keys that they are encrypted with.
        needed: String,
    },
    /// The keys decrypt none of the secrets.
    #[error(
        "none of the {secrets} secrets in the store can be decrypted: they are encrypted with [{needed}], and the keys \
         given are [{given}]; give the key that they are encrypted with, after a new one if it is to be replaced"
    )]
    Wrong {
        /// How many secrets there are.
        secrets: u64,
        /// The fingerprints of the keys that they are encrypted with.
        needed: String,
        /// The fingerprints of the keys at hand.
        given: String,
    },
    /// The store could not be read.
    #[error("the secrets in the store cannot be read: {0}")]
    Store(#[from] StoreError),
}
