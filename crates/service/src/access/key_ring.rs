//! Authentication: from the credentials of a request to its caller.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use quick_cache::sync::Cache;
use tributary_domain::{ApiKey, Grants, Id, KeyProblem, SecretDigest, Timestamp};
use tributary_storage::{Collection, Deadline, Store, StoreError, StoreExt as _, Versioned, Within};

use crate::{Principal, PrincipalKey};

/// For how long a key is not read again: it works no longer than that after another process has invalidated it.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// How many keys are known at a time, and how many ids that no key has.
const KNOWN: usize = 10_000;
/// How long a key is waited for.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// The fewest characters of a secret of somebody else's making: 128 bits in base64.
const SHORTEST_SECRET: usize = 22;

/// The id and the secret of an API key, as a client sends them.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    id: String,
    secret: String,
}

impl Credentials {
    /// Reads base64 of `id:secret`, or `id:secret` itself; `None` if it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Base64 has no colon.
        if let Some((id, secret)) = text.split_once(':') {
            return Some(Self { id: id.to_owned(), secret: secret.to_owned() });
        }
        let decoded = String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some(Self { id: id.to_owned(), secret: secret.to_owned() })
    }
}

/// Why a request has no caller.
#[derive(Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// The credentials are not those of a key.
    #[error(
        "unable to authenticate with provided credentials and anonymous access is not allowed for this request"
    )]
    Unknown,
    /// The key is past its expiration.
    #[error("API key [{0}] is expired")]
    Expired(String),
    /// The key was invalidated.
    #[error("API key [{0}] has been invalidated")]
    Invalidated(String),
    /// Keys cannot be read at the moment.
    #[error("API keys cannot be read")]
    Store(#[source] StoreError),
}

/// A key that is not in the store, and may do everything: the first one.
#[derive(Debug, Clone)]
pub struct AdminKey {
    id: String,
    digest: SecretDigest,
    can_be_guessed: bool,
}

/// Why a text is no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AdminKeyError {
    /// Not the encoded form of a key.
    #[error("it is not a key in its encoded form, base64 of `id:secret`")]
    Malformed,
}

impl AdminKey {
    /// Reads the encoded form of a key.
    pub fn parse(text: &str) -> Result<Self, AdminKeyError> {
        let Credentials { id, secret } = Credentials::parse(text).ok_or(AdminKeyError::Malformed)?;
        if Id::parse("id", &*id).is_err() || secret.is_empty() {
            return Err(AdminKeyError::Malformed);
        }
        let can_be_guessed = secret.chars().count() < SHORTEST_SECRET;
        Ok(Self { id, digest: SecretDigest::of(&secret), can_be_guessed })
    }

    /// Whether its secret has fewer than 22 characters, which is less than 128 random bits.
    #[must_use]
    pub fn can_be_guessed(&self) -> bool {
        self.can_be_guessed
    }
}

/// What is known of an id.
#[derive(Clone)]
struct Known {
    read: Instant,
    /// `None` if no key has the id.
    key: Option<Arc<KnownKey>>,
}

/// A key that was read.
struct KnownKey {
    key: ApiKey,
    principal: Principal,
}

/// Authenticates requests by the API keys of a store. Keys are read again after some seconds.
pub struct KeyRing {
    store: Arc<dyn Store>,
    admin: Option<AdminKey>,
    known: Cache<String, Known>,
    /// Stands for the digest of a key that does not exist, so that looking it up takes as long.
    nobody: SecretDigest,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeyRing").finish_non_exhaustive()
    }
}

impl KeyRing {
    /// The keys of a store, and perhaps one more.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, admin: Option<AdminKey>) -> Self {
        Self { store, admin, known: Cache::new(KNOWN), nobody: SecretDigest::of("") }
    }

    /// The caller with these credentials at a time.
    pub async fn authenticate(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Principal, Unauthenticated> {
        let Credentials { id, secret } = credentials;
        if let Some(admin) = self.admin.as_ref().filter(|admin| admin.id == *id) {
            let grants = Grants::everything();
            let key = PrincipalKey { id: id.clone(), name: id.clone(), grants };
            return admin
                .digest
                .is_of(secret)
                .then(|| Principal::with_key("admin", key))
                .ok_or(Unauthenticated::Unknown);
        }
        let known = self.known(id).await.map_err(Unauthenticated::Store)?;
        let digest = known.as_ref().map_or(&self.nobody, |known| &known.key.digest);
        let is_right = digest.is_of(secret);
        let known = known.filter(|_| is_right).ok_or(Unauthenticated::Unknown)?;
        match known.key.problem(now) {
            Some(KeyProblem::Expired) => Err(Unauthenticated::Expired(id.clone())),
            Some(KeyProblem::Invalidated) => Err(Unauthenticated::Invalidated(id.clone())),
            None => {
                self.record_use(id, &known, now);
                Ok(known.principal.clone())
            }
        }
    }

    /// Forgets keys that were changed.
    pub fn forget<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        for id in ids {
            self.known.remove(id);
        }
    }

    async fn known(&self, id: &str) -> Result<Option<Arc<KnownKey>>, StoreError> {
        if let Some(known) = self.known.get(id).filter(|known| known.read.elapsed() < KNOWN_FOR) {
            return Ok(known.key);
        }
        // Before the read, so that the answer is not taken for newer than it is.
        let read = Instant::now();
        let key = match Id::parse("id", id) {
            Err(_) => None,
            Ok(id) => match self.bound().get(Collection::API_KEYS, &id).await {
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error),
                Ok(Versioned { document, .. }) => KnownKey::read(id.as_str(), &document).map(Arc::new),
            },
        };
        self.known.insert(id.to_owned(), Known { read, key: key.clone() });
        Ok(key)
    }

    fn bound(&self) -> Within<'_> {
        Within::new(&*self.store, Deadline::NONE.within(READ_WITHIN))
    }

    /// Notes when a key was used last, about once a minute, and without making its owner wait.
    fn record_use(&self, id: &str, known: &KnownKey, now: Timestamp) {
        let Some(used) = known.key.used(now) else { return };
        let (Ok(id), store) = (Id::parse("id", id), Arc::clone(&self.store)) else { return };
        let principal = known.principal.clone();
        let known = Known { read: Instant::now(), key: Some(Arc::new(KnownKey { key: used, principal })) };
        // Only the first of many requests writes; how long the key counts as known does not change.
        let read = self.known.get(id.as_str()).map_or(known.read, |before| before.read);
        self.known.insert(id.to_string(), Known { read, ..known });
        tokio::spawn(async move {
            let bound = Within::new(&*store, Deadline::NONE.within(READ_WITHIN));
            let decide = |present: tributary_domain::Document| {
                let used = ApiKey::read(&present).and_then(|key| key.used(now));
                Ok(used.map_or(present, |key| key.document()))
            };
            if let Err(error) = bound.change(Collection::API_KEYS, &id, decide).await {
                tracing::debug!(%error, key = %id, "the last use of an API key was not recorded");
            }
        });
    }
}

impl KnownKey {
    fn read(id: &str, text: &[u8]) -> Option<Self> {
        let key = serde_json::from_slice(text).ok().and_then(|document| ApiKey::read(&document));
        let Some(key) = key else {
            tracing::warn!(key = id, "a stored API key cannot be read; it does not work");
            return None;
        };
        let own = PrincipalKey { id: id.to_owned(), name: key.name.clone(), grants: key.grants() };
        let principal = Principal::with_key(key.username.clone(), own);
        Some(Self { key, principal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{NewKey, create};
    use crate::test_support::{NOW, body, context, store};

    fn credentials(id: &str, secret: &str) -> Credentials {
        Credentials { id: id.to_owned(), secret: secret.to_owned() }
    }

    #[test]
    fn credentials_come_in_two_forms() {
        let expected = Some(credentials("a", "b:c"));
        for text in ["a:b:c", " YTpiOmM= "] {
            assert!(Credentials::parse(text) == expected, "{text}");
        }
        for text in ["", "YQ==", "no base64", "YTpiOmM"] {
            assert!(Credentials::parse(text).is_none(), "{text}");
        }
    }

    #[tokio::test]
    async fn only_the_right_secret_opens() {
        let store = store(&[]).await;
        let created = create(&*store, &context(), body::<NewKey>(r#"{"name":"k"}"#)).await.unwrap();
        let ring = KeyRing::new(Arc::clone(&store), None);
        let now = Timestamp::parse(NOW).unwrap();
        let right = credentials(created.id.as_str(), &created.secret);
        let principal = ring.authenticate(&right, now).await.unwrap();
        assert_eq!(principal.to_string(), format!("API key id [{}] of user [anonymous]", created.id));
        assert!(principal.grants().is_everything());
        for wrong in [
            credentials(created.id.as_str(), "wrong"),
            credentials("nobody", &created.secret),
            credentials("", ""),
            credentials("nobody", ""),
        ] {
            let refused = ring.authenticate(&wrong, now).await;
            assert!(matches!(refused, Err(Unauthenticated::Unknown)), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn the_first_key_is_in_no_store() {
        let secret = "s".repeat(22);
        let admin = AdminKey::parse(&BASE64_STANDARD.encode(format!("admin:{secret}"))).unwrap();
        assert!(!admin.can_be_guessed());
        let ring = KeyRing::new(store(&[]).await, Some(admin));
        let now = Timestamp::parse(NOW).unwrap();
        assert!(ring.authenticate(&credentials("admin", &secret), now).await.is_ok());
        assert!(ring.authenticate(&credentials("admin", "s"), now).await.is_err());
        assert!(AdminKey::parse("admin:short").unwrap().can_be_guessed());
        for text in ["", "admin", "admin:", &format!(":{secret}")] {
            assert_eq!(AdminKey::parse(text).unwrap_err(), AdminKeyError::Malformed, "{text}");
        }
    }

    #[tokio::test]
    async fn the_last_use_is_recorded() {
        let store = store(&[]).await;
        let created = create(&*store, &context(), body::<NewKey>(r#"{"name":"k"}"#)).await.unwrap();
        let ring = KeyRing::new(Arc::clone(&store), None);
        let right = credentials(created.id.as_str(), &created.secret);
        ring.authenticate(&right, Timestamp::parse(NOW).unwrap()).await.unwrap();
        let recorded = async || {
            let found = store.get(Collection::API_KEYS, &created.id).await.unwrap();
            String::from_utf8(found.document.to_vec()).unwrap().contains("\"last_use\"")
        };
        while !recorded().await {
            tokio::task::yield_now().await;
        }
    }
}
