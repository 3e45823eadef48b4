//! API keys as they are stored: who may do what, and until when.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Grants, RoleDescriptors};
use crate::{CollectionSchema, Document, Refusal, Timestamp};

/// How long a recorded last use is exact enough: it is not written at every request.
const USE_IS_RECENT: Duration = Duration::from_mins(1);

/// API keys are found by id; how many there are fits into memory.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "api_keys",
    noun: "API key",
    index_alias: ".tributary-api-keys",
    is_small: true,
    missing: Refusal::ApiKeyNotFound,
    ..CollectionSchema::BASE
};

/// The digest of the secret part of a key, in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretDigest(String);

impl SecretDigest {
    /// The digest of a secret: SHA-256, which is enough for secrets of 128 random bits and more.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(BASE64_STANDARD.encode(Sha256::digest(secret.as_bytes())))
    }

    /// Whether it is the digest of a secret; takes the same time whatever they have in common.
    #[must_use]
    pub fn is_of(&self, secret: &str) -> bool {
        self.0.as_bytes().ct_eq(Self::of(secret).0.as_bytes()).into()
    }
}

/// An API key, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its name; several may have the same.
    pub name: String,
    /// The user to whom it belongs.
    pub username: String,
    /// The key with which it was created, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_with: Option<String>,
    /// The digest of its secret.
    pub digest: SecretDigest,
    /// When it was created.
    pub creation: Timestamp,
    /// From when on it does not work any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration: Option<Timestamp>,
    /// When it was invalidated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidation: Option<Timestamp>,
    /// When it was used last, to a minute or so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_use: Option<Timestamp>,
    /// Its roles; without any it has those of the key with which it was created.
    #[serde(default)]
    pub role_descriptors: RoleDescriptors,
    /// The roles of the key with which it was created, then of the one with which that was created, and so on: it has no
    /// more than each of them. Empty for a key of somebody who may do everything.
    #[serde(default)]
    pub limited_by: Vec<RoleDescriptors>,
    /// Whatever its creator noted.
    #[serde(default)]
    pub metadata: Document,
}

/// Why a key with the right secret does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProblem {
    /// It is past its expiration.
    Expired,
    /// It was invalidated.
    Invalidated,
}

impl ApiKey {
    /// Reads a stored key; `None` if the document is none.
    #[must_use]
    pub fn read(document: &Document) -> Option<Self> {
        serde_json::from_str(&document.to_json()).ok()
    }

    /// The document to store.
    ///
    /// # Panics
    /// Never: everything in it can be written as JSON.
    #[must_use]
    pub fn document(&self) -> Document {
        let text = serde_json::to_string(self).expect("a key can be written as JSON");
        Document::parse(&text).expect("a key is a JSON object")
    }

    /// What its owner may do.
    #[must_use]
    pub fn grants(&self) -> Grants {
        let own = Some(&self.role_descriptors).filter(|roles| !roles.is_empty());
        Grants::new(own.into_iter().chain(&self.limited_by).cloned().collect())
    }

    /// Why it does not work, if it does not.
    #[must_use]
    pub fn problem(&self, now: Timestamp) -> Option<KeyProblem> {
        if self.invalidation.is_some() {
            return Some(KeyProblem::Invalidated);
        }
        self.expiration.filter(|expiration| *expiration <= now).map(|_| KeyProblem::Expired)
    }

    /// The same key after it was invalidated; one that was invalidated before stays as it is.
    #[must_use]
    pub fn invalidated(mut self, now: Timestamp) -> Self {
        self.invalidation.get_or_insert(now);
        self
    }

    /// The same key with its last use, if that is worth recording.
    #[must_use]
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        let is_recent = self.last_use.is_some_and(|last| now < last.later_by(USE_IS_RECENT));
        (!is_recent).then(|| Self { last_use: Some(now), ..self.clone() })
    }

    /// Whether it belongs to the caller with this key: it is that key, or was created with it.
    #[must_use]
    pub fn belongs_to(&self, id: &str, caller_key: &str) -> bool {
        id == caller_key || self.created_with.as_deref() == Some(caller_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ApiKey {
        let digest = SecretDigest::of("secret").0;
        let text = format!(
            r#"{{"name":"k","username":"u","digest":"{digest}","creation":"2026-01-01T00:00:00.000Z"{text}}}"#
        );
        ApiKey::read(&Document::parse(&text).unwrap()).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_key_is_stored_without_its_secret() {
        let key = key(r#","role_descriptors":{"r":{"cluster":["monitor"]}},"metadata":{"n":1.10}"#);
        assert!(key.digest.is_of("secret") && !key.digest.is_of("secreT") && !key.digest.is_of(""));
        let text = key.document().to_json();
        assert!(!text.contains("secret") && text.contains("1.10"), "{text}");
        assert_eq!(ApiKey::read(&key.document()).unwrap().document().to_json(), text);
        assert!(ApiKey::read(&Document::default()).is_none());
    }

    #[test]
    fn a_key_works_until_it_expires_or_is_invalidated() {
        let expiring = key(r#","expiration":"2026-01-02T00:00:00.000Z""#);
        assert_eq!(expiring.problem(time("2026-01-01T23:59:59.999Z")), None);
        assert_eq!(expiring.problem(time("2026-01-02T00:00:00.000Z")), Some(KeyProblem::Expired));
        let invalidated = expiring.invalidated(time("2026-01-01T01:00:00.000Z"));
        assert_eq!(invalidated.problem(time("2026-01-03")), Some(KeyProblem::Invalidated));
        let again = invalidated.clone().invalidated(time("2026-02-01"));
        assert_eq!(again.invalidation, invalidated.invalidation);
    }

    #[test]
    fn its_last_use_is_recorded_once_a_minute() {
        let first = key("").used(time("2026-01-01T00:00:00.000Z")).unwrap();
        assert!(first.used(time("2026-01-01T00:00:59.000Z")).is_none());
        assert!(first.used(time("2026-01-01T00:01:00.000Z")).is_some());
    }

    #[test]
    fn a_key_without_roles_has_those_of_its_maker() {
        let maker = r#","limited_by":[{"r":{"cluster":["monitor_connector"]}}]"#;
        let grants = key(maker).grants();
        assert!(
            grants.has(crate::Privilege::MonitorConnector) && !grants.has(crate::Privilege::ManageConnector)
        );
        assert!(key("").grants().is_everything());
    }
}
