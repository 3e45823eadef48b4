//! The secrets of connectors, such as API keys, and the sensitive values of their configurations.
//!
//! A value is encrypted before it reaches a store, with XChaCha20-Poly1305 and a random nonce. The id is authenticated
//! too, so that a stored secret cannot be substituted for another. The first of the keys encrypts and all decrypt, so
//! that keys can be rotated while secrets are in use.
//!
//! ```
//! use tributary_domain::Id;
//! use tributary_secrets::{SecretKeys, SecretValue};
//!
//! let keys = SecretKeys::parse(&SecretKeys::generate_key().unwrap()).unwrap();
//! let id = Id::parse("id", "secret-1").unwrap();
//! let stored = keys.seal(&id, &SecretValue::from("a value")).unwrap();
//! assert!(!stored.to_json().contains("a value"));
//! assert_eq!(keys.open(&id, &stored).unwrap().expose(), "a value");
//! ```
//!
//! [`SealingStore`] encrypts sensitive values on their way to another store, and decrypts them on their way back.

mod error;
mod keys;
mod sealed;
mod sealed_value;
mod sealing_store;
mod stored;
mod stored_values;
mod value;
mod vault;

pub use error::{Held, KeysError, SecretError, UnusableKeys};
pub use keys::SecretKeys;
pub use sealed_value::ValueProblem;
pub use sealing_store::SealingStore;
pub use stored::{Rotation, Undecryptable, check, rotate};
pub use stored_values::{UnreadableValue, ValueEncryption, ValueRotation, rotate_values};
pub use value::{NewSecret, SecretValue};
pub use vault::Vault;
