//! The stored form of a sensitive value: a string with the fingerprint of the key, the nonce and the ciphertext.
//!
//! The nonce is computed from the value and from where it stands, so that the same value of a field has the same text:
//! the jobs of a connector can share it with their connector, and a write of the same document changes nothing. What this
//! gives away is which fields of the same name have the same value.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Payload};
use hmac::Mac as _;
use tributary_domain::{ConfigurationValue, SEALED_PREFIX};
use zeroize::Zeroizing;

use crate::SecretKeys;
use crate::keys::Key;

/// What stands between the prefix and the fingerprint.
const VERSION: &str = "v1:";
/// The length of a nonce in bytes.
const NONCE_BYTES: usize = 24;

/// Why an encrypted value cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ValueProblem {
    /// It was encrypted with an unknown key.
    #[error("it is encrypted with the key [{0}], which is not among those given")]
    UnknownKey(String),
    /// It is corrupt, or belongs to another field.
    #[error("it is not as it was stored: changed, damaged, or that of another field")]
    Altered,
}

impl SecretKeys {
    /// The JSON text to store in place of a value, encrypted with the first key.
    pub(crate) fn seal_value(&self, value: &ConfigurationValue<'_>) -> Option<String> {
        let key = self.first();
        let place = associated_data(&value.path);
        let nonce = key.nonce_of(&place, value.text)?;
        let bound = Payload { msg: value.text.as_bytes(), aad: &place };
        let ciphertext = key.values.cipher.encrypt(&nonce, bound).ok()?;
        let encoded = BASE64_URL_SAFE_NO_PAD.encode([nonce.as_slice(), &ciphertext].concat());
        Some(format!("\"{SEALED_PREFIX}{VERSION}{}:{encoded}\"", key.fingerprint))
    }

    /// The JSON text of a value that was stored encrypted.
    pub(crate) fn open_value(
        &self,
        value: &ConfigurationValue<'_>,
    ) -> Result<Zeroizing<String>, ValueProblem> {
        let text = value.string().ok_or(ValueProblem::Altered)?;
        let (fingerprint, encoded) = parts(&text).ok_or(ValueProblem::Altered)?;
        let unknown = || ValueProblem::UnknownKey(fingerprint.to_owned());
        let key = self.find(fingerprint).ok_or_else(unknown)?;
        key.open(&value.path, encoded).ok_or(ValueProblem::Altered)
    }
}

impl Key {
    fn open(&self, path: &[Cow<'_, str>], encoded: &str) -> Option<Zeroizing<String>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE_BYTES)?;
        let nonce: &XNonce = nonce.try_into().ok()?;
        let place = associated_data(path);
        let bound = Payload { msg: ciphertext, aad: &place };
        String::from_utf8(self.values.cipher.decrypt(nonce, bound).ok()?).ok().map(Zeroizing::new)
    }

    fn nonce_of(&self, place: &[u8], text: &str) -> Option<XNonce> {
        let length = u64::try_from(place.len()).ok()?;
        let mac = self.values.nonces.clone().chain_update(length.to_be_bytes());
        let mac = mac.chain_update(place).chain_update(text).finalize().into_bytes();
        mac.get(..NONCE_BYTES)?.try_into().ok()
    }
}

/// The fingerprint of the key, if the text has the form of an encrypted value.
pub(crate) fn key_of_value(text: &str) -> Option<&str> {
    parts(text).map(|(key, _)| key)
}

/// The fingerprint and the rest.
fn parts(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(SEALED_PREFIX)?.strip_prefix(VERSION)?.split_once(':')
}

/// What a value is bound to: the names that lead to its field, unambiguously.
fn associated_data(path: &[Cow<'_, str>]) -> Vec<u8> {
    let mut data = Vec::new();
    for name in path {
        data.extend_from_slice(&(name.len() as u64).to_be_bytes());
        data.extend_from_slice(name.as_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lines: &[&str]) -> SecretKeys {
        SecretKeys::parse(&lines.join("\n")).unwrap()
    }

    fn value<'t>(path: &[&'t str], text: &'t str) -> ConfigurationValue<'t> {
        let path = path.iter().map(|name| Cow::Borrowed(*name)).collect();
        ConfigurationValue { path, text, is_sensitive: true }
    }

    #[test]
    fn every_value_comes_back_to_the_letter_and_the_same_looks_the_same() {
        let key = SecretKeys::generate_key().unwrap();
        let keys = keys(&[&key]);
        let long = format!("\"{}\"", "long ".repeat(10_000));
        for text in ["1.10", r#""x""#, r#""\u00e9""#, "[1, 1e400]", r#"{"a": [ ]}"#, "true", &long] {
            let sealed = keys.seal_value(&value(&["p"], text)).unwrap();
            assert_eq!(keys.seal_value(&value(&["p"], text)).unwrap(), sealed);
            assert_ne!(keys.seal_value(&value(&["q"], text)).unwrap(), sealed);
            assert_eq!(*keys.open_value(&value(&["p"], &sealed)).unwrap(), text);
            assert!(serde_json::from_str::<String>(&sealed).unwrap().starts_with(SEALED_PREFIX), "{sealed}");
        }
        let [one, other] = [["ab", "c"], ["a", "bc"]].map(|path| keys.seal_value(&value(&path, "1")));
        assert_ne!(one, other);
    }

    #[test]
    fn a_value_is_bound_to_its_field_and_to_its_key() {
        let [one, other] = [0, 1].map(|_| SecretKeys::generate_key().unwrap());
        let sealed = keys(&[&one]).seal_value(&value(&["p"], "\"x\"")).unwrap();
        let open =
            |keys: &SecretKeys, name: &str, text: &str| keys.open_value(&value(&[name], text)).map(|_| ());
        assert_eq!(open(&keys(&[&other, &one]), "p", &sealed), Ok(()));
        assert_eq!(open(&keys(&[&one]), "q", &sealed), Err(ValueProblem::Altered));
        let fingerprint = keys(&[&one]).fingerprints();
        assert_eq!(open(&keys(&[&other]), "p", &sealed), Err(ValueProblem::UnknownKey(fingerprint.clone())));
        let claimed = sealed.replace(&fingerprint, &keys(&[&other]).fingerprints());
        assert_eq!(open(&keys(&[&other]), "p", &claimed), Err(ValueProblem::Altered));
        assert_ne!(keys(&[&other]).seal_value(&value(&["p"], "\"x\"")).unwrap(), claimed);
    }

    #[test]
    fn a_change_of_any_byte_is_refused() {
        let key = SecretKeys::generate_key().unwrap();
        let keys = keys(&[&key]);
        let sealed = keys.seal_value(&value(&["p"], "\"x\"")).unwrap();
        let (head, encoded) = sealed.trim_matches('"').rsplit_once(':').unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                let changed = format!("\"{head}:{}\"", BASE64_URL_SAFE_NO_PAD.encode(changed));
                assert_eq!(keys.open_value(&value(&["p"], &changed)), Err(ValueProblem::Altered), "{place}");
            }
            let shorter = format!("\"{head}:{}\"", BASE64_URL_SAFE_NO_PAD.encode(&bytes[..place]));
            assert_eq!(
                keys.open_value(&value(&["p"], &shorter)),
                Err(ValueProblem::Altered),
                "{place} bytes"
            );
        }
        for text in ["\"tributary-sealed:\"", "\"tributary-sealed:v1:\"", "\"tributary-sealed:v2:a:b\"", "7"]
        {
            assert_eq!(keys.open_value(&value(&["p"], text)), Err(ValueProblem::Altered), "{text}");
        }
    }
}
