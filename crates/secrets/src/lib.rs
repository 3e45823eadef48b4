//! The secrets of connectors, such as the API key that one works with.
//!
//! A value is encrypted before a store sees it, by XChaCha20-Poly1305 with a random nonce, and bound to
//! its id: what is stored of one secret cannot stand in for another. Keys come as a list, of which the
//! first encrypts and all decrypt, so that they can be changed while secrets are in use.
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

mod error;
mod keys;
mod sealed;
mod stored;
mod value;
mod vault;

pub use error::{KeysError, SecretError, UnusableKeys};
pub use keys::SecretKeys;
pub use stored::{Rotation, check, rotate};
pub use value::{NewSecret, SecretValue};
pub use vault::Vault;
