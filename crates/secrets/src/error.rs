//! Errors of keys and encrypted secrets. No message contains a key or a value.

use std::fmt;

use tributary_domain::Refusal;
use tributary_storage::{ChangeError, StoreError};

/// Why a text is not a list of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It has no key.
    #[error("there is no key in it; `tributary secrets generate-key` makes one")]
    Empty,
    /// A key is invalid.
    #[error(
        "key number {0} is not 32 bytes in base64 or in hexadecimal digits; `tributary secrets generate-key` makes one"
    )]
    Malformed(usize),
}

/// Why a secret could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It was encrypted with an unknown key.
    #[error("the secret [{id}] is encrypted with the key [{key}], which is not among those given")]
    UnknownKey {
        /// The secret.
        id: String,
        /// The fingerprint of the key.
        key: String,
    },
    /// The stored document is corrupt or belongs to another id.
    #[error("the secret [{0}] is not as it was stored: changed, damaged, or that of another id")]
    Altered(String),
    /// The keys do not match the stored secrets.
    #[error(transparent)]
    Keys(#[from] UnusableKeys),
    /// The system's random number generator failed.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The store failed, or there is no such secret.
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

/// What a store holds encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many secrets there are.
    pub secrets: u64,
    /// How many connectors and sync jobs were found that have encrypted values.
    pub documents: u64,
}

impl fmt::Display for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { secrets, documents: 0 } => write!(formatter, "{secrets} secrets"),
            Self { secrets: 0, documents } => {
                write!(formatter, "{documents} connectors and sync jobs with encrypted values")
            }
            Self { secrets, documents } => {
                write!(
                    formatter,
                    "{secrets} secrets and {documents} connectors and sync jobs with encrypted values"
                )
            }
        }
    }
}

/// Why the service must not run with the given keys, or without keys.
#[derive(Debug, thiserror::Error)]
pub enum UnusableKeys {
    /// There are encrypted secrets or values but no keys.
    #[error(
        "the store holds {held}, encrypted with [{needed}], and no key was given; give it in a file by \
         --secret-keys-file, or in TRIBUTARY_SECRET_KEYS"
    )]
    Missing {
        /// What there is.
        held: Held,
        /// The fingerprints of the keys that they are encrypted with.
        needed: String,
    },
    /// The keys decrypt none of the secrets and values.
    #[error(
        "none of the {held} in the store can be decrypted: they are encrypted with [{needed}], and the keys \
         given are [{given}]; give the key that they are encrypted with, after a new one if it is to be replaced"
    )]
    Wrong {
        /// What there is.
        held: Held,
        /// The fingerprints of the keys that they are encrypted with.
        needed: String,
        /// The fingerprints of the given keys.
        given: String,
    },
    /// The store could not be read.
    #[error("the secrets in the store cannot be read: {0}")]
    Store(#[from] StoreError),
}
