//! Encryption keys: parsed from text, identified by fingerprints, zeroed when dropped.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Generate as _, KeyInit as _};
use chacha20poly1305::{Key as Bytes, XChaCha20Poly1305};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{KeysError, SecretError};

/// The length of a key in bytes.
const KEY_BYTES: usize = 32;
/// Domain separation of the fingerprint: hashed before the key.
const FINGERPRINT_CONTEXT: &[u8] = b"tributary secret key fingerprint\0";

/// Domain separation of the key that encrypts sensitive values.
const VALUE_CIPHER_CONTEXT: &[u8] = b"tributary sensitive values: cipher";
/// Domain separation of the key that computes their nonces.
const VALUE_NONCE_CONTEXT: &[u8] = b"tributary sensitive values: nonce";

/// Accepts base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One key or more: the first encrypts, all decrypt.
pub struct SecretKeys {
    first: Key,
    others: Vec<Key>,
}

/// A key, ready for use; what it holds zeroes its memory when dropped.
pub(crate) struct Key {
    /// For secrets.
    pub(crate) cipher: XChaCha20Poly1305,
    /// For sensitive values.
    pub(crate) values: ValueKeys,
    pub(crate) fingerprint: String,
}

/// What is derived from a key for sensitive values.
pub(crate) struct ValueKeys {
    pub(crate) cipher: XChaCha20Poly1305,
    /// Computes nonces.
    pub(crate) nonces: Hmac<Sha256>,
}

/// Shows the fingerprints only.
impl fmt::Debug for SecretKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SecretKeys").field(&self.fingerprints()).finish()
    }
}

impl SecretKeys {
    /// Parses keys of 32 bytes in base64 or hexadecimal, separated by line breaks or commas; blank lines and lines that
    /// start with `#` are ignored.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let keys = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|key| !key.is_empty());
        let keys = keys.zip(1..).map(|(key, number)| Key::parse(key).ok_or(KeysError::Malformed(number)));
        let mut keys = keys.collect::<Result<Vec<Key>, _>>()?.into_iter();
        let first = keys.next().ok_or(KeysError::Empty)?;
        Ok(Self { first, others: keys.collect() })
    }

    /// A new key as a line of text.
    pub fn generate_key() -> Result<Zeroizing<String>, SecretError> {
        let key = Bytes::try_generate().map_err(|error| SecretError::Random(error.to_string()))?;
        let key = Zeroizing::new(<[u8; KEY_BYTES]>::from(key));
        Ok(Zeroizing::new(BASE64_STANDARD.encode(*key)))
    }

    /// The key that encrypts.
    pub(crate) fn first(&self) -> &Key {
        &self.first
    }

    /// The key with this fingerprint.
    pub(crate) fn find(&self, fingerprint: &str) -> Option<&Key> {
        self.all().find(|key| key.fingerprint == fingerprint)
    }

    /// The fingerprints of all keys, separated by commas, for messages.
    #[must_use]
    pub fn fingerprints(&self) -> String {
        self.all().map(|key| key.fingerprint.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(hexadecimal(text).or_else(|| BASE64.decode(text).ok())?);
        let bytes: &[u8; KEY_BYTES] = bytes.as_slice().try_into().ok()?;
        let digest = Sha256::new().chain_update(FINGERPRINT_CONTEXT).chain_update(bytes).finalize();
        let (start, _) = digest.split_first_chunk()?;
        let fingerprint = format!("{:016x}", u64::from_be_bytes(*start));
        let values = ValueKeys::derive(bytes)?;
        Some(Self { cipher: XChaCha20Poly1305::new(bytes.into()), values, fingerprint })
    }
}

impl ValueKeys {
    /// Keys of their own for each purpose: nonces of secrets are random, those of values are computed.
    fn derive(key: &[u8; KEY_BYTES]) -> Option<Self> {
        let [cipher, nonces] = [VALUE_CIPHER_CONTEXT, VALUE_NONCE_CONTEXT].map(|context| {
            let mac = Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(context);
            Some(Zeroizing::new(<[u8; KEY_BYTES]>::from(mac.finalize().into_bytes())))
        });
        let cipher = XChaCha20Poly1305::new((&*cipher?).into());
        Some(Self { cipher, nonces: Hmac::new_from_slice(&*nonces?).ok()? })
    }
}

/// Parses a key in hexadecimal, which is recognised by its length.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
        return None;
    }
    (0..KEY_BYTES).map(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_two_forms_and_in_order() {
        let bytes: Vec<u8> = (0..32).collect();
        let base64 = BASE64_STANDARD.encode(&bytes);
        let hexadecimal = "000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f";
        let one = SecretKeys::parse(&base64).unwrap().fingerprints();
        assert_eq!(one.len(), 16);
        for same in [hexadecimal, base64.trim_end_matches('='), &format!("\n # a note\n {base64} \r\n")] {
            assert_eq!(SecretKeys::parse(same).unwrap().fingerprints(), one, "{same}");
        }
        let other = SecretKeys::generate_key().unwrap();
        let two = SecretKeys::parse(&format!("{},{base64}\n", *other)).unwrap();
        assert!(two.fingerprints().ends_with(&format!(", {one}")), "{two:?}");
        assert_eq!(two.first().fingerprint, SecretKeys::parse(&other).unwrap().fingerprints());
    }

    #[test]
    fn what_is_no_key_is_told_by_its_number_and_never_shown() {
        assert_eq!(SecretKeys::parse(" \n# none\n,").unwrap_err(), KeysError::Empty);
        let good = SecretKeys::generate_key().unwrap();
        for bad in ["short", &good[1..], &"g".repeat(64), &"é".repeat(32), &good.replace('=', "==")] {
            let error = SecretKeys::parse(&format!("{}\n{bad}", *good)).unwrap_err();
            assert_eq!(error, KeysError::Malformed(2), "{bad}");
            assert!(!error.to_string().contains(bad), "{error}");
        }
        assert!(!format!("{:?}", SecretKeys::parse(&good).unwrap()).contains(good.as_str()));
    }
}
