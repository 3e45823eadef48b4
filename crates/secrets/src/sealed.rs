//! The stored form of a secret: ciphertext, nonce and key fingerprint.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};
use serde::{Deserialize, Serialize};
use tributary_domain::{Document, Id};
use zeroize::Zeroizing;

use crate::{SecretError, SecretKeys, SecretValue};

/// The stored document, without its id.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// The fingerprint of the key.
    key: String,
    /// In base64.
    nonce: String,
    /// In base64, with the authentication tag.
    ciphertext: String,
}

/// The key fingerprint in a stored secret.
pub(crate) fn key_of(document: &Document) -> Option<String> {
    read(document).map(|sealed| sealed.key)
}

impl SecretKeys {
    /// Encrypts a value for an id with the first key and returns the document to store.
    pub fn seal(&self, id: &Id, value: &SecretValue) -> Result<Document, SecretError> {
        let nonce = XNonce::try_generate().map_err(|error| SecretError::Random(error.to_string()))?;
        let key = self.first();
        let bound = Payload { msg: value.expose().as_bytes(), aad: id.as_str().as_bytes() };
        let ciphertext = key.cipher.encrypt(&nonce, bound);
        let ciphertext = ciphertext.map_err(|_| SecretError::Altered(id.to_string()))?;
        let sealed = Sealed {
            key: key.fingerprint.clone(),
            nonce: BASE64_STANDARD.encode(nonce),
            ciphertext: BASE64_STANDARD.encode(ciphertext),
        };
        let document = serde_json::to_string(&sealed).ok().and_then(|text| Document::parse(&text).ok());
        document.ok_or_else(|| SecretError::Altered(id.to_string()))
    }

    /// Decrypts the document that is stored under an id.
    pub fn open(&self, id: &Id, document: &Document) -> Result<SecretValue, SecretError> {
        let altered = || SecretError::Altered(id.to_string());
        let sealed = read(document).ok_or_else(altered)?;
        let Some(key) = self.find(&sealed.key) else {
            return Err(SecretError::UnknownKey { id: id.to_string(), key: sealed.key });
        };
        let decoded = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| altered());
        let nonce = decoded(&sealed.nonce)?;
        let nonce: &XNonce = nonce.as_slice().try_into().map_err(|_| altered())?;
        let ciphertext = decoded(&sealed.ciphertext)?;
        let bound = Payload { msg: ciphertext.as_slice(), aad: id.as_str().as_bytes() };
        let value = Zeroizing::new(key.cipher.decrypt(nonce, bound).map_err(|_| altered())?);
        std::str::from_utf8(&value).map(SecretValue::from).map_err(|_| altered())
    }

    /// Encrypts a stored secret with the first key, unless it already is.
    pub(crate) fn seal_anew(&self, id: &Id, document: &Document) -> Result<Document, SecretError> {
        let value = self.open(id, document)?;
        if key_of(document).as_ref() == Some(&self.first().fingerprint) {
            return Ok(document.clone());
        }
        self.seal(id, &value)
    }
}

fn read(document: &Document) -> Option<Sealed> {
    serde_json::from_str(&document.to_json()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id::parse("id", text).unwrap()
    }

    fn keys(lines: &[&str]) -> SecretKeys {
        SecretKeys::parse(&lines.join("\n")).unwrap()
    }

    fn with(document: &Document, field: &str, value: &str) -> Document {
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&document.to_json()).unwrap();
        fields[field] = value.into();
        Document::parse(&serde_json::to_string(&fields).unwrap()).unwrap()
    }

    fn field(document: &Document, name: &str) -> String {
        serde_json::from_str(document.get_raw(name).unwrap().get()).unwrap()
    }

    #[test]
    fn every_value_comes_back_and_none_looks_the_same_twice() {
        let key = SecretKeys::generate_key().unwrap();
        let keys = keys(&[&key]);
        for value in ["x", "a value", "é\u{0}\"", &"long ".repeat(10_000)] {
            let (one, other) =
                (keys.seal(&id("a"), &value.into()).unwrap(), keys.seal(&id("a"), &value.into()).unwrap());
            assert_ne!(one, other);
            for sealed in [&one, &Document::parse(&other.render("a")).unwrap()] {
                assert_eq!(keys.open(&id("a"), sealed).unwrap().expose(), value);
            }
        }
    }

    #[test]
    fn a_change_of_any_byte_is_refused() {
        let key = SecretKeys::generate_key().unwrap();
        let keys = keys(&[&key]);
        let sealed = keys.seal(&id("a"), &"a value".into()).unwrap();
        for name in ["nonce", "ciphertext"] {
            let bytes = BASE64_STANDARD.decode(field(&sealed, name)).unwrap();
            for place in 0..bytes.len() {
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[place] ^= 1 << bit;
                    let changed = with(&sealed, name, &BASE64_STANDARD.encode(changed));
                    let refused = keys.open(&id("a"), &changed);
                    assert!(matches!(refused, Err(SecretError::Altered(_))), "{name} {place}: {refused:?}");
                }
                let shorter = with(&sealed, name, &BASE64_STANDARD.encode(&bytes[..place]));
                assert!(keys.open(&id("a"), &shorter).is_err(), "{name} of {place} bytes");
            }
        }
        for text in ["{}", r#"{"key":1}"#, r#"{"key":"x","nonce":"","ciphertext":""}"#] {
            assert!(keys.open(&id("a"), &Document::parse(text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_bound_to_its_id_and_to_its_key() {
        let [one, other] = [0, 1].map(|_| SecretKeys::generate_key().unwrap());
        let sealed = keys(&[&one]).seal(&id("a"), &"a value".into()).unwrap();
        let moved = keys(&[&one]).open(&id("b"), &sealed);
        assert!(matches!(moved, Err(SecretError::Altered(_))), "{moved:?}");
        let unknown = keys(&[&other]).open(&id("a"), &sealed);
        assert!(matches!(unknown, Err(SecretError::UnknownKey { .. })), "{unknown:?}");
        // Also with the fingerprint of the other key.
        let claimed = with(&sealed, "key", &keys(&[&other]).fingerprints());
        let claimed = keys(&[&other]).open(&id("a"), &claimed);
        assert!(matches!(claimed, Err(SecretError::Altered(_))), "{claimed:?}");
    }

    #[test]
    fn the_first_key_encrypts_and_all_decrypt() {
        let [old, new] = [0, 1].map(|_| SecretKeys::generate_key().unwrap());
        let sealed = keys(&[&old]).seal(&id("a"), &"a value".into()).unwrap();
        let both = keys(&[&new, &old]);
        assert_eq!(both.open(&id("a"), &sealed).unwrap().expose(), "a value");
        let anew = both.seal_anew(&id("a"), &sealed).unwrap();
        assert_eq!(keys(&[&new]).open(&id("a"), &anew).unwrap().expose(), "a value");
        assert_eq!(both.seal_anew(&id("a"), &anew).unwrap(), anew, "it is as it should be");
    }
}
